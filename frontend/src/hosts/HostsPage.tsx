import { Button, PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useMay, useMaySomewhere } from "../access/queries";
import { FactsSkeleton } from "../ui/Facts";
import { PageHead } from "../ui/PageHead";
import { HostDialog } from "./actions/HostDialog";
import { HostsTable } from "./HostsTable";

const ClusterDialog = lazy(() => import("./clusters/ClusterDialog"));
const ClustersTable = lazy(() => import("./clusters/ClustersTable"));

const TABS = ["hosts", "clusters"] as const;

/** All hosts, and the clusters that they are in. */
export function HostsPage() {
  const { t } = useTranslation();
  const mayAdd = useMay("host.enrol");
  const mayGroup = useMay("cluster.edit");
  const maySeeClusters = useMaySomewhere("cluster.read");
  const [grouping, setGrouping] = useState(false);
  const [params, setParams] = useSearchParams();
  const tabs = TABS.filter((tab) => tab !== "clusters" || maySeeClusters);
  const active = tabs.find((tab) => tab === params.get("tab")) ?? "hosts";
  const adding = params.get("add") !== null;
  const setAdding = (open: boolean) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (open) after.set("add", "");
      else after.delete("add");
      return after;
    });
  const add = mayAdd && (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => setAdding(true)}>
      {t("host.add.button")}
    </Button>
  );
  const group = mayGroup && (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => setGrouping(true)}>
      {t("clusters.create")}
    </Button>
  );

  return (
    <>
      <PageHead title={t("host.many")} actions={active === "hosts" ? add : group} />
      {tabs.length > 1 && (
        <PageSection type="tabs">
          <Tabs activeKey={active} onSelect={(_event, key) => setParams(key === "hosts" ? {} : { tab: String(key) })} aria-label={t("clusters.sorts")} usePageInsets>
            {tabs.map((tab) => (
              <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(tab === "hosts" ? "host.many" : "kinds.cluster")}</TabTitleText>} tabContentId={`tab-${tab}`} />
            ))}
          </Tabs>
        </PageSection>
      )}
      <PageSection isFilled>
        <TabContentBody id={`tab-${active}`} role={tabs.length > 1 ? "tabpanel" : undefined}>
          <Suspense fallback={<FactsSkeleton />}>{active === "hosts" ? <HostsTable firstStep={add} /> : <ClustersTable firstStep={group} />}</Suspense>
        </TabContentBody>
      </PageSection>
      {adding && mayAdd && <HostDialog onClose={() => setAdding(false)} />}
      <Suspense>{grouping && <ClusterDialog onClose={() => setGrouping(false)} />}</Suspense>
    </>
  );
}
