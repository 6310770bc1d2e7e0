import {
  Alert,
  AlertActionLink,
  Card,
  CardBody,
  CardTitle,
  Grid,
  GridItem,
  PageSection,
  Tab,
  TabContentBody,
  Tabs,
  TabTitleText,
} from "@patternfly/react-core";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { ClusterName } from "../access/ClusterName";
import { useMayShare } from "../access/queries";
import type { Host } from "../api/types";
import { JobProgress } from "../jobs/JobProgress";
import { useJobOf } from "../jobs/queries";
import { useLasting } from "../jobs/useLasting";
import { Facts, FactsSkeleton } from "../ui/Facts";
import { OnePage } from "../ui/OnePage";
import { PageHead } from "../ui/PageHead";
import { Bytes, Copyable, useAgo, When } from "../ui/Values";
import { HostActions } from "./actions/HostActions";
import { HostDialog } from "./actions/HostDialog";
import { HostCertificate } from "./HostCertificate";
import { keyChanged } from "./hostKey";
import { HostKeyChanged } from "./HostKeyChanged";
import { HostStatus } from "./HostState";
import { InterfacesTab } from "./InterfacesTab";
import { useHost } from "./queries";

const AccessTab = lazy(() => import("../access/sharing/AccessTab"));

const TABS = ["overview", "domains", "storage", "networks", "interfaces", "access", "jobs", "events"] as const;
type Part = Exclude<(typeof TABS)[number], "overview" | "interfaces" | "access">;

/** The parts of the page that other features draw. */
export type HostParts = Record<Part, (host: Host) => ReactNode>;

export function HostPage({ parts }: { parts: HostParts }) {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const query = useHost(id);
  return (
    <OnePage query={query} title={t("host.one")} parent={{ title: t("host.many"), to: "/hosts" }}>
      {(host) => <HostView key={id} host={host} parts={parts} />}
    </OnePage>
  );
}

function HostView({ host, parts }: { host: Host; parts: HostParts }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [editing, setEditing] = useState(false);
  const job = useJobOf(host);
  const lasting = useLasting(job);
  const seen = useAgo(host.seen_at);
  const mayShare = useMayShare("host");
  const tabs = TABS.filter((tab) => tab !== "access" || mayShare);
  const active = tabs.find((tab) => tab === params.get("tab")) ?? "overview";
  return (
    <>
      <PageHead
        title={host.name}
        parent={{ title: t("host.many"), to: "/hosts" }}
        beside={<HostStatus host={host} />}
        actions={<HostActions host={host} />}
      />
      {(lasting || host.error !== null) && (
        <PageSection className="ol-stack">
          {job && lasting && <JobProgress job={job} />}
          {keyChanged(host) && <HostKeyChanged host={host} />}
          {host.error && !keyChanged(host) && (
            <Alert
              isInline
              variant={host.state === "connecting" ? "warning" : "danger"}
              title={t("host.troubled", { name: host.name })}
              actionLinks={
                host.actions.includes("edit") && <AlertActionLink onClick={() => setEditing(true)}>{t("host.correct")}</AlertActionLink>
              }
            >
              <p>{host.error.detail}</p>
              {host.seen_at && !host.stale && <p>{t("host.lastSeen", { ago: seen })}</p>}
            </Alert>
          )}
        </PageSection>
      )}
      <PageSection type="tabs">
        <Tabs
          activeKey={active}
          onSelect={(_event, key) => setParams(key === "overview" ? {} : { tab: String(key) })}
          aria-label={t("host.parts")}
          usePageInsets
        >
          {tabs.map((tab) => (
            <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(`tab.${tab}`)}</TabTitleText>} tabContentId={`tab-${tab}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled>
        <TabContentBody id={`tab-${active}`} role="tabpanel">
          <Suspense fallback={<FactsSkeleton />}>
            {active === "overview" ? (
              <HostOverview host={host} />
            ) : active === "interfaces" ? (
              <InterfacesTab host={host} />
            ) : active === "access" ? (
              <AccessTab object={{ kind: "host", id: host.id, name: host.name }} />
            ) : (
              parts[active](host)
            )}
          </Suspense>
        </TabContentBody>
      </PageSection>
      {editing && <HostDialog host={host} onClose={() => setEditing(false)} />}
    </>
  );
}

function HostOverview({ host }: { host: Host }) {
  const { t, i18n } = useTranslation();
  const percent = (value: number) => new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 }).format(value / 100);
  return (
    <Grid hasGutter>
      <GridItem lg={7}>
        <Card isFullHeight>
          <CardTitle component="h2">{t("facts")}</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              facts={[
                [t("host.uri"), <Copyable>{host.uri}</Copyable>],
                [t("host.hostname"), host.hostname],
                [t("cluster"), host.cluster && <ClusterName cluster={host.cluster} />],
                [t("driver"), [t(`host.drivers.${host.driver}`, { defaultValue: host.driver }), host.hypervisor_version].filter(Boolean).join(" ")],
                ["libvirt", host.libvirt_version],
                [t("host.cpu"), [host.cpu_model, host.arch].filter(Boolean).join(" · ")],
                [t("cpus"), host.cpus || null],
                [t("memory"), host.memory_bytes ? <Bytes value={host.memory_bytes} /> : null],
                [t("host.credentials.title"), t(host.has_credentials ? "host.credentials.kept" : "host.credentials.none")],
                [t("host.reachedBy.title"), t(`host.reachedBy.${host.reached_by}`)],
                ...(host.certificate ? [[t("host.certificate.title"), <HostCertificate certificate={host.certificate} />] as const] : []),
                [t("host.key"), host.host_key ? <Copyable>{`${host.host_key.type} ${host.host_key.fingerprint}`.trim()}</Copyable> : null],
                [t("host.hostKey.who"), host.host_key ? t(host.host_key.confirmed ? "host.hostKey.byPerson" : "host.hostKey.unseen") : null],
                [t("host.seen"), <When at={host.seen_at} />],
              ]}
            />
          </CardBody>
        </Card>
      </GridItem>
      <GridItem lg={5}>
        <Card isFullHeight>
          <CardTitle component="h2">{t("host.load")}</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              facts={[
                [t("domain.many"), t("host.domains", { running: host.domains.running, total: host.domains.total })],
                [t("cpu"), host.cpu_percent === null ? "–" : percent(host.cpu_percent)],
                [
                  t("memory"),
                  host.memory_used_bytes === null ? (
                    "–"
                  ) : (
                    <>
                      <Bytes value={host.memory_used_bytes} /> {t("table.of")} <Bytes value={host.memory_bytes} />
                    </>
                  ),
                ],
              ]}
            />
          </CardBody>
        </Card>
      </GridItem>
    </Grid>
  );
}
