import { Button, Card, CardBody, CardHeader, CardTitle, Gallery, Grid, GridItem, PageSection, Skeleton } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../access/queries";
import { api, type Query } from "../api/client";
import type { HostState as HostStateName, Page } from "../api/types";
import { DOMAIN_STATES, DomainState } from "../domains/DomainState";
import { EventsList } from "../events/EventsList";
import { HOST_STATES, HostState, HostStatus } from "../hosts/HostState";
import { useHosts } from "../hosts/queries";
import { keys } from "../live/keys";
import { PageHead } from "../ui/PageHead";
import { ProblemAlert } from "../ui/Problems";

const NEWEST = 10;
const TROUBLED: readonly HostStateName[] = ["unreachable", "error", "connecting", "maintenance"];
const MOST_TROUBLED = 10;

/** Is all well, and what changed last. */
export function OverviewPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t("overview.title")} />
      <PageSection isFilled>
        <Grid hasGutter>
          <GridItem md={6}>
            <Counts title={t("domain.many")} path="/domains" kind="domain" states={DOMAIN_STATES} show={(state) => <DomainState state={state} />} />
          </GridItem>
          <GridItem md={6}>
            <Counts title={t("host.many")} path="/hosts" kind="host" states={HOST_STATES} show={(state) => <HostState state={state} />} empty={<FirstHost />} />
          </GridItem>
          <TroubledHosts />
          <GridItem>
            <Card>
              <CardHeader actions={{ actions: <Link to="/events">{t("overview.allEvents")}</Link> }}>
                <CardTitle component="h2">{t("overview.recent")}</CardTitle>
              </CardHeader>
              <CardBody>
                <EventsList only={NEWEST} />
              </CardBody>
            </Card>
          </GridItem>
        </Grid>
      </PageSection>
    </>
  );
}

function FirstHost() {
  const { t } = useTranslation();
  const mayAdd = useMay("host.enrol");
  return (
    <div className="ol-stack">
      <p>{t("host.noneBody")}</p>
      {mayAdd && (
        <div>
          <Button component={(props) => <Link {...props} to="/hosts?add" />}>{t("host.add.button")}</Button>
        </div>
      )}
    </div>
  );
}

function useCount(kind: string, query: Query) {
  return useQuery({
    queryKey: keys.list(kind, "count", query),
    queryFn: async ({ signal }) => (await api.get<Page<unknown>>(`/${kind}s/`, { ...query, limit: 1, fields: "id" }, signal)).count,
  });
}

interface CountsProps<S extends string> {
  title: string;
  path: string;
  kind: string;
  states: readonly S[];
  show: (state: S) => ReactNode;
  empty?: ReactNode;
}

function Counts<S extends string>({ title, path, kind, states, show, empty }: CountsProps<S>) {
  const all = useCount(kind, {});
  return (
    <Card isFullHeight>
      <CardTitle component="h2">
        <Link to={path}>{title}</Link> {all.data !== undefined && <span className="ol-quiet">{all.data}</span>}
      </CardTitle>
      <CardBody>
        <ProblemAlert error={all.error} />
        {all.isPending && <Skeleton width="50%" />}
        {all.data === 0 && empty}
        {all.data !== 0 && (
          <Gallery hasGutter minWidths={{ default: "9rem" }}>
            {states.map((state) => (
              <Count key={state} kind={kind} state={state} to={`${path}?state=${state}`}>
                {show(state)}
              </Count>
            ))}
          </Gallery>
        )}
      </CardBody>
    </Card>
  );
}

/** How many are in a state; states that nothing is in take no place. */
function Count({ kind, state, to, children }: { kind: string; state: string; to: string; children: ReactNode }) {
  const { data } = useCount(kind, { state });
  if (!data) return null;
  return (
    <Link to={to} className="ol-tile">
      <span className="ol-count">{data}</span>
      {children}
    </Link>
  );
}

function TroubledHosts() {
  const { t } = useTranslation();
  const hosts = useHosts({ state: TROUBLED, limit: MOST_TROUBLED, ordering: "name" });
  if (!hosts.data || hosts.data.count === 0) return null;
  return (
    <GridItem>
      <Card>
        <CardTitle component="h2">{t("overview.troubled")}</CardTitle>
        <CardBody>
          <ul className="ol-stack">
            {hosts.data.results.map((host) => (
              <li key={host.id} className="ol-status">
                <Link to={`/hosts/${host.id}`}>{host.name}</Link>
                <HostStatus host={host} />
                <span className="ol-quiet">{host.error?.detail}</span>
              </li>
            ))}
          </ul>
        </CardBody>
      </Card>
    </GridItem>
  );
}
