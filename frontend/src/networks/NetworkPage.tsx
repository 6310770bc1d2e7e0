import { Alert, PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { useMayShare } from "../access/queries";
import { JobProgress } from "../jobs/JobProgress";
import { useJobOf } from "../jobs/queries";
import { useLasting } from "../jobs/useLasting";
import { FactsSkeleton } from "../ui/Facts";
import { OnePage } from "../ui/OnePage";
import { PageHead } from "../ui/PageHead";
import { useAgo } from "../ui/Values";
import { AddressesTab } from "./AddressesTab";
import { NetworkActions } from "./NetworkActions";
import { NetworkOverview } from "./NetworkOverview";
import { NetworkStatus } from "./NetworkState";
import { PendingChanges } from "./PendingChanges";
import { useNetwork, useSilentHosts } from "./queries";
import type { NetworkDetail } from "./shapes";

const AccessTab = lazy(() => import("../access/sharing/AccessTab"));
const NetworkXML = lazy(() => import("./NetworkXML"));
const TABS = ["overview", "addresses", "xml", "access", "jobs", "events"] as const;

interface NetworkPageProps {
  /** The parts of the page that other features draw. */
  jobs: (network: NetworkDetail) => ReactNode;
  events: (network: NetworkDetail) => ReactNode;
}

/** One network: how it is, who is on it, which addresses it gives. */
export function NetworkPage(props: NetworkPageProps) {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const query = useNetwork(id);
  return (
    <OnePage query={query} title={t("network.one")} parent={{ title: t("network.many"), to: "/networks" }}>
      {(network) => <NetworkView key={id} network={network} {...props} />}
    </OnePage>
  );
}

function NetworkView({ network, jobs, events }: NetworkPageProps & { network: NetworkDetail }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const job = useJobOf(network);
  const lasting = useLasting(job);
  const silent = useSilentHosts().data;
  const stale = silent?.has(network.host.id) ?? false;
  const mayShare = useMayShare("network");
  const seen = useAgo(silent?.get(network.host.id));
  const tabs = TABS.filter((tab) => (tab !== "addresses" || (network.spec.ips ?? []).length > 0) && (tab !== "access" || mayShare));
  const active = tabs.find((tab) => tab === params.get("tab")) ?? "overview";
  const body: Record<(typeof TABS)[number], () => ReactNode> = {
    overview: () => <NetworkOverview network={network} />,
    addresses: () => <AddressesTab network={network} />,
    xml: () => <NetworkXML network={network} />,
    access: () => <AccessTab object={{ kind: "network", id: network.id, name: network.name }} />,
    jobs: () => jobs(network),
    events: () => events(network),
  };
  return (
    <>
      <PageHead
        title={network.name}
        parent={{ title: t("network.many"), to: "/networks" }}
        beside={<NetworkStatus network={network} />}
        actions={<NetworkActions network={network} />}
      />
      {((job && lasting) || stale || network.pending.length > 0) && (
        <PageSection className="ol-stack">
          {job && lasting && <JobProgress job={job} />}
          {stale && (
            <Alert isInline variant="warning" title={t("domain.stale.title", { host: network.host.name, ago: seen })}>
              {t("network.stale")}
            </Alert>
          )}
          <PendingChanges network={network} />
        </PageSection>
      )}
      <PageSection type="tabs">
        <Tabs activeKey={active} onSelect={(_event, key) => setParams(key === "overview" ? {} : { tab: String(key) })} aria-label={t("network.parts")} usePageInsets>
          {tabs.map((tab) => (
            <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(`tab.${tab}`)}</TabTitleText>} tabContentId={`tab-${tab}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled>
        <TabContentBody id={`tab-${active}`} role="tabpanel">
          <Suspense fallback={<FactsSkeleton />}>{body[active]()}</Suspense>
        </TabContentBody>
      </PageSection>
    </>
  );
}
