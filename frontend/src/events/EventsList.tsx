import { Button, EmptyState, EmptyStateBody, Skeleton } from "@patternfly/react-core";
import { HistoryIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { HostName } from "../access/HostName";
import { api } from "../api/client";
import type { Event, Page } from "../api/types";
import { keys } from "../live/keys";
import { objectPath } from "../ui/objectPath";
import { OutdatedAlert, ProblemPage } from "../ui/Problems";
import { When } from "../ui/Values";

interface EventsListProps {
  /** Only what happened to this object, or on this host. */
  object?: string;
  host?: string;
  /** This many and no more. */
  only?: number;
}

const SKELETON_ROWS = 5;
const PAGE = 50;

function useEvents({ object, host, only }: EventsListProps) {
  return useInfiniteQuery({
    queryKey: keys.list("event", { object, host, only }),
    queryFn: ({ pageParam: before, signal }) =>
      api.get<Page<Event>>("/events/", { object, host, before, limit: only ?? PAGE }, signal),
    initialPageParam: null as number | null,
    // By cursor, not by offset: what happens meanwhile must not shift the pages.
    getNextPageParam: (page) => (only || page.next === null ? null : page.results.at(-1)?.cursor),
    refetchInterval: 30_000,
  });
}

/** What happened, newest first. */
export function EventsList(props: EventsListProps) {
  const { t } = useTranslation();
  const query = useEvents(props);
  const events = query.data?.pages.flatMap((page) => page.results) ?? [];
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (query.isSuccess && events.length === 0) {
    return (
      <EmptyState variant={props.only ? "sm" : undefined} titleText={t("event.none")} icon={HistoryIcon} headingLevel="h2">
        <EmptyStateBody>{t("event.noneBody")}</EmptyStateBody>
      </EmptyState>
    );
  }
  return (
    <>
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      <Table variant="compact" aria-label={t("event.many")} borders={!props.only}>
        <Thead>
          <Tr>
            <Th modifier="fitContent">{t("event.at")}</Th>
            <Th>{t("event.what")}</Th>
            {!props.object && <Th>{t("event.object")}</Th>}
            {!props.host && !props.only && <Th>{t("host.one")}</Th>}
          </Tr>
        </Thead>
        <Tbody>
          {query.isPending &&
            Array.from({ length: SKELETON_ROWS }, (_, row) => (
              <Tr key={row}>
                <Td colSpan={4}>
                  <Skeleton width={`${50 + ((row * 13) % 30)}%`} screenreaderText={row === 0 ? t("loading") : ""} />
                </Td>
              </Tr>
            ))}
          {events.map((event) => {
            const path = objectPath(event.object);
            return (
              <Tr key={event.id}>
                <Td dataLabel={t("event.at")} modifier="nowrap">
                  <When at={event.at} />
                </Td>
                <Td dataLabel={t("event.what")}>
                  {t(`event.kind.${event.kind}`, { defaultValue: event.kind })}
                  {event.detail && <span className="ol-quiet"> {event.detail}</span>}
                </Td>
                {!props.object && (
                  <Td dataLabel={t("event.object")}>{path ? <Link to={path}>{event.object.name}</Link> : event.object.name}</Td>
                )}
                {!props.host && !props.only && (
                  <Td dataLabel={t("host.one")}>
                    {event.host ? <HostName host={event.host} /> : "–"}
                  </Td>
                )}
              </Tr>
            );
          })}
        </Tbody>
      </Table>
      {query.hasNextPage && (
        <Button variant="link" isLoading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("event.older")}
        </Button>
      )}
    </>
  );
}
