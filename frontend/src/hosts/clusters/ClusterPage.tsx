import { Card, CardBody, CardTitle, Grid, GridItem } from "@patternfly/react-core";
import { lazy, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { useMayShare, useMaySomewhere } from "../../access/queries";
import { Facts, FactsSkeleton } from "../../ui/Facts";
import { OnePage } from "../../ui/OnePage";
import { PageHead } from "../../ui/PageHead";
import { ProblemAlert } from "../../ui/Problems";
import { Tabbed, type Part } from "../../ui/Tabbed";
import { Bytes, Copyable, When } from "../../ui/Values";
import { HostsTable } from "../HostsTable";
import { ClusterActions } from "./ClusterActions";
import { together } from "./members";
import { useAllHosts, useCluster, type Cluster } from "./queries";

const AccessTab = lazy(() => import("../../access/sharing/AccessTab"));

/** The part of the page that another feature draws. */
export type ClusterParts = Record<"domains", (cluster: Cluster) => ReactNode>;

/** One cluster: its hosts, what is on them, who may do what there. */
export function ClusterPage({ parts }: { parts: ClusterParts }) {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const query = useCluster(id);
  return (
    <OnePage query={query} title={t("cluster")} parent={{ title: t("kinds.cluster"), to: "/hosts?tab=clusters" }}>
      {(cluster) => <ClusterView key={id} cluster={cluster} parts={parts} />}
    </OnePage>
  );
}

function ClusterView({ cluster, parts }: { cluster: Cluster; parts: ClusterParts }) {
  const { t } = useTranslation();
  const mayHosts = useMaySomewhere("host.read");
  const mayDomains = useMaySomewhere("domain.read");
  const mayShare = useMayShare("cluster");
  const shown: [Part, ...Part[]] = [{ key: "overview", title: t("tab.overview"), body: () => <ClusterOverview cluster={cluster} /> }];
  if (mayHosts) shown.push({ key: "hosts", title: t("host.many"), body: () => <HostsTable cluster={cluster.id} /> });
  if (mayDomains) shown.push({ key: "domains", title: t("tab.domains"), body: () => parts.domains(cluster) });
  if (mayShare) {
    const object = { kind: "cluster" as const, id: cluster.id, name: cluster.name };
    shown.push({ key: "access", title: t("tab.access"), body: () => <AccessTab object={object} /> });
  }
  return (
    <>
      <PageHead title={cluster.name} parent={{ title: t("kinds.cluster"), to: "/hosts?tab=clusters" }} actions={<ClusterActions cluster={cluster} />} />
      <Tabbed label={t("clusters.parts")} parts={shown} />
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
