import { EmptyState, EmptyStateBody, Progress, ProgressMeasureLocation, ProgressSize } from "@patternfly/react-core";
import { CheckCircleIcon, DatabaseIcon, ExclamationCircleIcon, InProgressIcon, OffIcon } from "@patternfly/react-icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../api/client";
import type { Page, Pool, PoolState } from "../api/types";
import { keys } from "../live/keys";
import { DataTable, type Column } from "../ui/DataTable";
import { StateLabel, type Tone } from "../ui/StateLabel";
import { useTableState } from "../ui/tableState";
import { Bytes } from "../ui/Values";

const LOOK: Record<PoolState, { icon: ComponentType; tone: Tone }> = {
  running: { icon: CheckCircleIcon, tone: "success" },
  building: { icon: InProgressIcon, tone: "info" },
  degraded: { icon: ExclamationCircleIcon, tone: "warning" },
  inaccessible: { icon: ExclamationCircleIcon, tone: "danger" },
  inactive: { icon: OffIcon, tone: undefined },
};

/** The storage pools, each the way to its volumes. */
export function PoolsTable({ host }: { host?: string }) {
  const { t } = useTranslation();
  const table = useTableState([], "name");
  const asked = { ...table.query, host };
  const query = useQuery({
    queryKey: keys.list("pool", asked),
    queryFn: ({ signal }) => api.get<Page<Pool>>("/pools/", asked, signal),
    placeholderData: keepPreviousData,
  });
  const columns: Column<Pool>[] = [
    { key: "name", title: t("name"), sort: "name", cell: (pool) => <Link to={`/storage?pool=${pool.id}`}>{pool.name}</Link> },
    { key: "state", title: t("state"), cell: (pool) => <PoolStatus pool={pool} /> },
    { key: "host", title: t("host.one"), cell: (pool) => <Link to={`/hosts/${pool.host.id}`}>{pool.host.name}</Link> },
    { key: "type", title: t("type"), from: "lg", cell: (pool) => pool.type },
    { key: "volumes", title: t("pool.volumes"), numeric: true, fit: true, cell: (pool) => pool.volumes },
    { key: "usage", title: t("pool.usage"), cell: (pool) => <Usage pool={pool} /> },
    { key: "target", title: t("pool.target"), from: "xl", cell: (pool) => <code>{pool.target || pool.source || "–"}</code> },
  ];
  return (
    <DataTable
      label={t("pool.many")}
      columns={host ? columns.filter((column) => column.key !== "host") : columns}
      table={table}
      query={query}
      empty={
        <EmptyState titleText={t("pool.none")} icon={DatabaseIcon} headingLevel="h2">
          <EmptyStateBody>{t("pool.noneBody")}</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}

export function PoolStatus({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const { icon, tone } = LOOK[pool.state];
  return (
    <StateLabel icon={icon} tone={tone}>
      {t(`pool.state.${pool.state}`)}
    </StateLabel>
  );
}

const NEARLY_FULL = 0.9;

function Usage({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  if (pool.capacity_bytes === 0) return <>–</>;
  const used = 1 - pool.available_bytes / pool.capacity_bytes;
  return (
    <Progress
      id={`usage-${pool.id}`}
      aria-label={t("pool.usage")}
      value={Math.round(used * 100)}
      size={ProgressSize.sm}
      measureLocation={ProgressMeasureLocation.none}
      variant={used > NEARLY_FULL ? "warning" : undefined}
      helperText={
        <>
          <Bytes value={pool.available_bytes} /> {t("pool.freeOf")} <Bytes value={pool.capacity_bytes} />
        </>
      }
    />
  );
}
