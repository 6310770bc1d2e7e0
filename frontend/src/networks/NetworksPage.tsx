import { Button, PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useMaySomewhere } from "../access/queries";
import { PageHead } from "../ui/PageHead";
import { ClusterNetworksTable } from "./clusters/ClusterNetworksTable";
import { CreateFilterDialog } from "./filters/CreateFilterDialog";
import { FiltersTable } from "./filters/FiltersTable";
import { CreateNetworkDialog } from "./form/CreateNetworkDialog";
import { NetworksTable } from "./NetworksTable";

const TABS = ["hosts", "clusters", "filters"] as const;
type Tabbed = (typeof TABS)[number];

/** The networks of hosts, those that clusters have in common, and filters. The open dialog is in the address. */
export function NetworksPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const mayCreate = useMaySomewhere("network.create");
  const mayFilter = useMaySomewhere("filter.manage");
  const [filtering, setFiltering] = useState(false);
  const active: Tabbed = TABS.find((tab) => tab === params.get("tab")) ?? "hosts";
  const creating = params.has("create");
  const open = (wanted: boolean) => {
    const next = new URLSearchParams(params);
    if (wanted) next.set("create", "");
    else next.delete("create");
    setParams(next, { replace: true });
  };
  const create = mayCreate && (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => open(true)}>
      {t("network.create.button")}
    </Button>
  );
  const filter = mayFilter && (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => setFiltering(true)}>
      {t("filter.create.button")}
    </Button>
  );
  const body: Record<Tabbed, ReactNode> = {
    hosts: <NetworksTable firstStep={create} />,
    clusters: <ClusterNetworksTable />,
    filters: <FiltersTable firstStep={filter} />,
  };
  return (
    <>
      <PageHead title={t("network.many")} actions={active === "filters" ? filter : create} />
      <PageSection type="tabs">
        <Tabs activeKey={active} onSelect={(_event, key) => setParams(key === "hosts" ? {} : { tab: String(key) })} aria-label={t("network.sorts")} usePageInsets>
          {TABS.map((tab) => (
            <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(`network.tab.${tab}`)}</TabTitleText>} tabContentId={`tab-${tab}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled>
        <TabContentBody id={`tab-${active}`} role="tabpanel">
          {body[active]}
        </TabContentBody>
      </PageSection>
      {creating && <CreateNetworkDialog host={params.get("host") ?? undefined} onClose={() => open(false)} />}
      {filtering && <CreateFilterDialog onClose={() => setFiltering(false)} />}
    </>
  );
}
