import { Button, Card, CardBody, CardHeader, CardTitle, Gallery, Grid, GridItem, PageSection, Skeleton } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay, useMaySomewhere } from "../access/queries";
import { OwnQuotas } from "../admin/quotas/OwnQuotas";
import { api, type Query } from "../api/client";
import type { HostState as HostStateName, Page } from "../api/types";
import { DOMAIN_STATES, DomainState } from "../domains/DomainState";
import { EventsList } from "../events/EventsList";
import { HostError } from "../hosts/HostError";
import { HOST_STATES, HostState, HostStatus } from "../hosts/HostState";
import { useHosts } from "../hosts/queries";
import { keys } from "../live/keys";
import { StayedBehind } from "../storage/volumes/StayedBehind";
import { PageHead } from "../ui/PageHead";
import { ProblemAlert } from "../ui/Problems";

const NEWEST = 10;
const USUAL: readonly (typeof DOMAIN_STATES)[number][] = ["running", "shutoff"];
const TROUBLED: readonly HostStateName[] = ["unreachable", "error", "connecting", "maintenance"];
const MOST_TROUBLED = 10;

/** Is all well, and what changed last. */
export function OverviewPage() {
  const { t } = useTranslation();
  const mayDomains = useMaySomewhere("domain.read");
  const mayHosts = useMaySomewhere("host.read", "host.enrol");
  const mayEvents = useMaySomewhere("event.read");
  const mayCreate = useMaySomewhere("domain.create");
  return (
    <>
      <PageHead title={t("overview.title")} />
      <PageSection isFilled>
        <Grid hasGutter>
          {mayDomains && (
            <GridItem md={6}>
              <Counts
                title={t("domain.many")}
                path="/domains"
                kind="domain"
                states={DOMAIN_STATES}
                usual={USUAL}
                empty={<p className="ol-quiet">{t("domain.none")}</p>}
                show={(state) => <DomainState state={state} />}
              />
            </GridItem>
          )}
          {mayHosts && (
            <GridItem md={6}>
              <Counts
                title={t("host.many")}
                path="/hosts"
                kind="host"
                states={HOST_STATES}
                usual={["up"]}
                show={(state) => <HostState state={state} />}
                empty={<FirstHost />}
              />
            </GridItem>
          )}
          <OwnQuotas storage={<StayedBehind />} />
          {mayHosts && <TroubledHosts />}
          {mayCreate && !mayHosts && <FirstDomain />}
          {mayEvents && (
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
          )}
        </Grid>
      </PageSection>
    </>
  );
}

/** Who may make machines and has nothing else to look at begins here. */
function FirstDomain() {
  const { t } = useTranslation();
  const maySee = useMaySomewhere("domain.read");
  const counts = useCounts("domain", DOMAIN_STATES, USUAL, maySee);
  if (maySee && counts.data?.all !== 0) return null;
  return (
    <GridItem md={6}>
      <Card isFullHeight>
        <CardTitle component="h2">{t("overview.yours")}</CardTitle>
        <CardBody className="ol-stack">
          <p>{t("overview.yoursBody")}</p>
          <div>
            <Button component={(props) => <Link {...props} to="/domains/new" />}>{t("creation.button")}</Button>
          </div>
        </CardBody>
      </Card>
    </GridItem>
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

/** How many there are in all and in each state. Where nearly all are in the `usual` states, that takes few requests. */
function useCounts<S extends string>(kind: string, states: readonly S[], usual: readonly S[], enabled = true) {
  return useQuery({
    enabled,
    queryKey: keys.list(kind, "counts"),
    queryFn: async ({ signal }) => {
      const count = async (query: Query) =>
        (await api.get<Page<unknown>>(`/${kind}s/`, { ...query, limit: 1, fields: "id" }, signal)).count;
      const each = async (wanted: readonly S[]) => Promise.all(wanted.map(async (state) => [state, await count({ state })] as const));
      const [all, found] = await Promise.all([count({}), each(usual)]);
      const elsewhere = found.reduce((rest, [, number]) => rest - number, all);
      const rest = elsewhere > 0 ? await each(states.filter((state) => !usual.includes(state))) : [];
      return { all, in: new Map<S, number>([...found, ...rest]) };
    },
  });
}

interface CountsProps<S extends string> {
  title: string;
  path: string;
  kind: string;
  states: readonly S[];
  usual: readonly S[];
  show: (state: S) => ReactNode;
  empty?: ReactNode;
}

/** How many are in which state; states that nothing is in take no place. */
function Counts<S extends string>({ title, path, kind, states, usual, show, empty }: CountsProps<S>) {
  const counts = useCounts(kind, states, usual);
  return (
    <Card isFullHeight>
      <CardTitle component="h2">
        <Link to={path}>{title}</Link> {counts.data && <span className="ol-quiet">{counts.data.all}</span>}
      </CardTitle>
      <CardBody>
        <ProblemAlert error={counts.error} />
        {counts.isPending && <Skeleton width="50%" />}
        {counts.data?.all === 0 && empty}
        <Gallery hasGutter minWidths={{ default: "9rem" }}>
          {states.map((state) => {
            const number = counts.data?.in.get(state) ?? 0;
            return (
              number > 0 && (
                <Link key={state} to={`${path}?state=${state}`} className="ol-tile">
                  <span className="ol-count">{number}</span>
                  {show(state)}
                </Link>
              )
            );
          })}
        </Gallery>
      </CardBody>
    </Card>
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
                <HostError host={host} />
              </li>
            ))}
          </ul>
        </CardBody>
      </Card>
    </GridItem>
  );
}
