import { Card, CardBody, CardTitle, Grid, GridItem, PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { useMayShare, useMaySomewhere } from "../../access/queries";
import { Facts, FactsSkeleton } from "../../ui/Facts";
import { PageHead } from "../../ui/PageHead";
import { OutdatedAlert, ProblemAlert, ProblemPage } from "../../ui/Problems";
import { Bytes, Copyable, When } from "../../ui/Values";
import { HostsTable } from "../HostsTable";
import { ClusterActions } from "./ClusterActions";
import { together } from "./members";
import { useAllHosts, useCluster, type Cluster } from "./queries";

const AccessTab = lazy(() => import("../../access/sharing/AccessTab"));

const TABS = ["overview", "hosts", "domains", "access"] as const;
type Tabbed = (typeof TABS)[number];

/** The part of the page that another feature draws. */
export type ClusterParts = Record<"domains", (cluster: Cluster) => ReactNode>;

/** One cluster: its hosts, what is on them, who may do what there. */
export function ClusterPage({ parts }: { parts: ClusterParts }) {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const query = useCluster(id);
  if (query.data) {
    return (
      <>
        {query.isError && (
          <PageSection>
            <OutdatedAlert error={query.error} retry={() => void query.refetch()} />
          </PageSection>
        )}
        <ClusterView key={id} cluster={query.data} parts={parts} />
      </>
    );
  }
  return (
    <>
      <PageHead title={t(query.isError ? "cluster" : "loading")} parent={{ title: t("kinds.cluster"), to: "/hosts?tab=clusters" }} />
      <PageSection isFilled>{query.isError ? <ProblemPage error={query.error} retry={() => void query.refetch()} /> : <FactsSkeleton />}</PageSection>
    </>
  );
}

function ClusterView({ cluster, parts }: { cluster: Cluster; parts: ClusterParts }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const needs: Partial<Record<Tabbed, boolean>> = {
    hosts: useMaySomewhere("host.read"),
    domains: useMaySomewhere("domain.read"),
    access: useMayShare("cluster"),
  };
  const tabs = TABS.filter((tab) => needs[tab] ?? true);
  const active = tabs.find((tab) => tab === params.get("tab")) ?? "overview";
  const body: Record<Tabbed, () => ReactNode> = {
    overview: () => <ClusterOverview cluster={cluster} />,
    hosts: () => <HostsTable cluster={cluster.id} />,
    domains: () => parts.domains(cluster),
    access: () => <AccessTab object={{ kind: "cluster", id: cluster.id, name: cluster.name }} />,
  };
  return (
    <>
      <PageHead title={cluster.name} parent={{ title: t("kinds.cluster"), to: "/hosts?tab=clusters" }} actions={<ClusterActions cluster={cluster} />} />
      <PageSection type="tabs">
        <Tabs activeKey={active} onSelect={(_event, key) => setParams(key === "overview" ? {} : { tab: String(key) })} aria-label={t("clusters.parts")} usePageInsets>
          {tabs.map((tab) => (
            <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(tab === "hosts" ? "host.many" : `tab.${tab}`)}</TabTitleText>} tabContentId={`tab-${tab}`} />
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

function ClusterOverview({ cluster }: { cluster: Cluster }) {
  const { t } = useTranslation();
  const mayHosts = useMaySomewhere("host.read");
  return (
    <Grid hasGutter>
      <GridItem lg={7}>
        <Card isFullHeight>
          <CardTitle component="h2">{t("facts")}</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              facts={[
                [t("domain.description"), cluster.description],
                [t("host.many"), cluster.hosts],
                [t("token.created"), <When at={cluster.created_at} />],
                [t("changed"), <When at={cluster.updated_at} />],
                ["UUID", <Copyable>{cluster.id}</Copyable>],
              ]}
            />
          </CardBody>
        </Card>
      </GridItem>
      {mayHosts && cluster.hosts > 0 && (
        <GridItem lg={5}>
          <Load cluster={cluster.id} />
        </GridItem>
      )}
    </Grid>
  );
}

/** What its hosts have together, of those that one may see. */
function Load({ cluster }: { cluster: string }) {
  const { t } = useTranslation();
  const hosts = useAllHosts(cluster);
  const all = together(hosts.data ?? []);
  return (
    <Card isFullHeight>
      <CardTitle component="h2">{t("host.load")}</CardTitle>
      <CardBody>
        <ProblemAlert error={hosts.error} />
        {hosts.isPending && <FactsSkeleton rows={4} />}
        {hosts.data && (
          <Facts
            columns={1}
            facts={[
              [t("host.many"), t("clusters.up", { up: all.up, total: all.hosts })],
              [t("domain.many"), t("host.domains", { running: all.running, total: all.domains })],
              [t("cpus"), all.cpus],
              [
                t("memory"),
                all.used === null ? (
                  <Bytes value={all.memory} />
                ) : (
                  <>
                    <Bytes value={all.used} /> {t("table.of")} <Bytes value={all.memory} />
                  </>
                ),
              ],
            ]}
          />
        )}
      </CardBody>
    </Card>
  );
}
