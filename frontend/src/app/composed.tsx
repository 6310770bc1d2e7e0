import { Button, PageSection } from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay, useMaySomewhere } from "../access/queries";
import { DomainBackups } from "../backups/DomainBackups";
import { ConsolePanel } from "../console/ConsolePanel";
import { ConsoleWindow } from "../console/ConsoleWindow";
import { DomainActions } from "../domains/actions/DomainActions";
import { StartButton } from "../domains/actions/StartButton";
import { CreatePage } from "../domains/creation/CreatePage";
import { DomainPage } from "../domains/DomainPage";
import { DomainStatus } from "../domains/DomainState";
import { DomainsTable, NoDomains } from "../domains/DomainsTable";
import { EventsList } from "../events/EventsList";
import { ClusterPage } from "../hosts/clusters/ClusterPage";
import { HostPage } from "../hosts/HostPage";
import { useHosts } from "../hosts/queries";
import { JobsTable } from "../jobs/JobsTable";
import { NetworkPage } from "../networks/NetworkPage";
import { NetworksTable } from "../networks/NetworksTable";
import { PoolsTable } from "../storage/pools/PoolsTable";
import { PageHead } from "../ui/PageHead";

// The pages that are put together from several features, which know nothing of each other.

const HOSTS_TO_CHOOSE_FROM = 100;

function ListPage({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <>
      <PageHead title={title} actions={actions} />
      <PageSection isFilled>{children}</PageSection>
    </>
  );
}

function AddHost() {
  const { t } = useTranslation();
  return (
    <Button variant="primary" icon={<PlusCircleIcon />} component={(props) => <Link {...props} to="/hosts?add" />}>
      {t("host.add.button")}
    </Button>
  );
}

export function DomainsRoute() {
  const { t } = useTranslation();
  const hosts = useHosts({ limit: HOSTS_TO_CHOOSE_FROM, ordering: "name", fields: "id,name" }, useMaySomewhere("host.read"));
  const mayAdd = useMay("host.enrol");
  const mayRead = useMaySomewhere("domain.read");
  const mayPutIn = useMaySomewhere("pool.read");
  const mayCreate = useMaySomewhere("domain.create") && hosts.data?.count !== 0;
  const create = mayCreate && (
    <Button variant="primary" icon={<PlusCircleIcon />} component={(props) => <Link {...props} to="/domains/new" />}>
      {t("creation.button")}
    </Button>
  );
  return (
    <ListPage
      title={t("domain.many")}
      actions={
        mayCreate && (
          <div className="ol-actions">
            {create}
            {mayPutIn && (
              <Button variant="secondary" component={(props) => <Link {...props} to="/domains/import" />}>
                {t("exchange.import.button")}
              </Button>
            )}
          </div>
        )
      }
    >
      {mayRead ? (
        <DomainsTable hosts={hosts.data?.results} firstStep={hosts.data?.count === 0 ? mayAdd && <AddHost /> : create} />
      ) : (
        <NoDomains firstStep={create} />
      )}
    </ListPage>
  );
}

export function CreateRoute() {
  const mayAdd = useMay("host.enrol");
  return <CreatePage firstStep={mayAdd && <AddHost />} />;
}

export function DomainRoute() {
  return (
    <DomainPage
      console={(domain) => <ConsolePanel domain={domain} start={<StartButton domain={domain} />} />}
      backups={(domain) => <DomainBackups domain={domain} />}
      jobs={(domain) => <JobsTable object={domain.id} />}
      events={(domain) => <EventsList object={domain.id} />}
    />
  );
}

export function ConsoleRoute() {
  return (
    <ConsoleWindow
      start={(domain) => <StartButton domain={domain} />}
      status={(domain) => <DomainStatus domain={domain} />}
      actions={(domain) => <DomainActions domain={domain} inRow />}
    />
  );
}

export function HostRoute() {
  return (
    <HostPage
      parts={{
        domains: (host) => <DomainsTable host={host.id} />,
        storage: (host) => <PoolsTable host={host.id} />,
        networks: (host) => <NetworksTable host={host.id} />,
        jobs: (host) => <JobsTable host={host.id} />,
        events: (host) => <EventsList host={host.id} />,
      }}
    />
  );
}

export function ClusterRoute() {
  return <ClusterPage parts={{ domains: (cluster) => <DomainsTable cluster={cluster.id} /> }} />;
}

export function NetworkRoute() {
  return <NetworkPage jobs={(network) => <JobsTable object={network.id} />} events={(network) => <EventsList object={network.id} />} />;
}

export function JobsRoute() {
  const { t } = useTranslation();
  return (
    <ListPage title={t("job.title")}>
      <JobsTable />
    </ListPage>
  );
}

export function EventsRoute() {
  const { t } = useTranslation();
  return (
    <ListPage title={t("event.many")}>
      <EventsList />
    </ListPage>
  );
}
