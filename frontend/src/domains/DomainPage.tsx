import { Alert, Button, Label, PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { DesktopIcon, HistoryIcon } from "@patternfly/react-icons";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { useMayShare, useMaySomewhere } from "../access/queries";
import type { DomainDetail } from "../api/types";
import { JobProgress } from "../jobs/JobProgress";
import { useJobOf } from "../jobs/queries";
import { useLasting } from "../jobs/useLasting";
import { FactsSkeleton } from "../ui/Facts";
import { OnePage } from "../ui/OnePage";
import { PageHead } from "../ui/PageHead";
import { useAgo } from "../ui/Values";
import { DomainActions } from "./actions/DomainActions";
import { DomainOverview } from "./DomainOverview";
import { DomainStatus } from "./DomainState";
import { useDomain } from "./queries";

// What few look at, or what is large, is loaded when somebody opens it.
const AccessTab = lazy(() => import("../access/sharing/AccessTab"));
const DomainXML = lazy(() => import("./xml/DomainXML"));
const GuestTab = lazy(() => import("./guest/GuestTab"));
const HardwareTab = lazy(() => import("./hardware/HardwareTab"));
const HistoryTab = lazy(() => import("./history/HistoryTab"));
const SnapshotsTab = lazy(() => import("./snapshots/SnapshotsTab"));

interface DomainPageProps {
  /** The parts of the page that other features draw. */
  console: (domain: DomainDetail) => ReactNode;
  backups: (domain: DomainDetail) => ReactNode;
  jobs: (domain: DomainDetail) => ReactNode;
  events: (domain: DomainDetail) => ReactNode;
}

const TABS = ["overview", "console", "hardware", "snapshots", "backups", "guest", "history", "xml", "access", "jobs", "events"] as const;
// What is in the XML is told only to who may read it.
const OF_THE_XML: readonly string[] = ["xml", "history"];

export function DomainPage(props: DomainPageProps) {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const query = useDomain(id);
  const parent = { title: t("domain.many"), to: "/domains" };
  return (
    <OnePage query={query} title={t("domain.one")} parent={parent}>
      {(domain) => <DomainView key={id} domain={domain} {...props} />}
    </OnePage>
  );
}

function DomainView({ domain, console, backups, jobs, events }: DomainPageProps & { domain: DomainDetail }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const job = useJobOf(domain);
  const lasting = useLasting(job);
  const seen = useAgo(domain.seen_at);
  const mayShare = useMayShare("domain");
  const everOpens = useMaySomewhere("domain.console");
  const hasConsole = domain.consoles.length > 0 && everOpens;
  const tabs = TABS.filter(
    (tab) => (tab !== "console" || hasConsole) && (tab !== "access" || mayShare) && (!OF_THE_XML.includes(tab) || domain.actions.includes("read_xml")),
  );
  const active = tabs.find((tab) => tab === params.get("tab")) ?? "overview";
  const body: Record<(typeof TABS)[number], () => ReactNode> = {
    overview: () => <DomainOverview domain={domain} />,
    console: () => console(domain),
    hardware: () => <HardwareTab domain={domain} />,
    snapshots: () => <SnapshotsTab domain={domain} />,
    backups: () => backups(domain),
    guest: () => <GuestTab domain={domain} />,
    history: () => <HistoryTab domain={domain} />,
    xml: () => <DomainXML domain={domain} />,
    access: () => <AccessTab object={{ kind: "domain", id: domain.id, name: domain.name }} />,
    jobs: () => jobs(domain),
    events: () => events(domain),
  };

  return (
    <>
      <PageHead
        title={domain.name}
        parent={{ title: t("domain.many"), to: "/domains" }}
        beside={
          <>
            <DomainStatus domain={domain} />
            {domain.has_pending && active !== "hardware" && (
              <Label color="blue" icon={<HistoryIcon />} onClick={() => setParams({ tab: "hardware" })}>
                {t("hardware.pending.short")}
              </Label>
            )}
          </>
        }
        actions={
          <div className="ol-actions">
            {active !== "console" && hasConsole && domain.actions.includes("console") && (
              <Button variant="primary" icon={<DesktopIcon />} onClick={() => setParams({ tab: "console" })}>
                {t("domain.action.console")}
              </Button>
            )}
            <DomainActions domain={domain} />
          </div>
        }
      />
      {(lasting || domain.stale || domain.conflict !== null) && (
        <PageSection className="ol-stack">
          {job && lasting && <JobProgress job={job} />}
          {domain.stale && (
            <Alert isInline variant="warning" title={t("domain.stale.title", { host: domain.host.name, ago: seen })}>
              {t("domain.stale.body")}
            </Alert>
          )}
          {domain.conflict && (
            <Alert isInline variant="danger" title={t("domain.conflict", { host: domain.conflict.host.name })}>
              {t("domain.conflictBody", { host: domain.host.name, other: domain.conflict.host.name })}
            </Alert>
          )}
        </PageSection>
      )}
      <PageSection type="tabs">
        <Tabs
          activeKey={active}
          onSelect={(_event, key) => setParams(key === "overview" ? {} : { tab: String(key) })}
          aria-label={t("domain.parts")}
          usePageInsets
        >
          {tabs.map((tab) => (
            <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(`tab.${tab}`)}</TabTitleText>} tabContentId={`tab-${tab}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection
        isFilled
        hasBodyWrapper={false}
        padding={active === "console" ? { default: "noPadding" } : undefined}
        className={active === "console" ? "ol-fill" : undefined}
      >
        <TabContentBody id={`tab-${active}`} role="tabpanel" className={active === "console" ? "ol-fill" : undefined}>
          <Suspense fallback={<FactsSkeleton />}>{body[active]()}</Suspense>
        </TabContentBody>
      </PageSection>
    </>
  );
}
