import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { DatabaseIcon } from "@patternfly/react-icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { HostName } from "../../access/HostName";
import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { usePools } from "../queries";
import type { Pool } from "../shapes";
import { PoolActions } from "./PoolActions";
import { POOL_STATES, PoolStatus, SharedMark, Usage } from "./PoolStatus";

/** The storage pools, each the way to its volumes. */
export function PoolsTable({ host, firstStep }: { host?: string; firstStep?: ReactNode }) {
  const { t } = useTranslation();
  const table = useTableState(["state"], "name");
  const query = usePools({ ...table.query, host });
  const columns: Column<Pool>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (pool) => (
        <span className="ol-status">
          <Link to={`/storage?pool=${pool.id}`}>{pool.name}</Link>
          <SharedMark pool={pool} />
        </span>
      ),
    },
    { key: "state", title: t("state"), sort: "state", cell: (pool) => <PoolStatus pool={pool} /> },
    { key: "host", title: t("host.one"), sort: "host", cell: (pool) => <HostName host={pool.host} /> },
    { key: "type", title: t("type"), sort: "type", from: "lg", cell: (pool) => t(`storage.type.${pool.type}`, { defaultValue: pool.type }) },
    { key: "volumes", title: t("pool.volumes"), numeric: true, fit: true, cell: (pool) => pool.volumes },
    {
      key: "usage",
      title: t("pool.usage"),
      cell: (pool) => (
        <div className="ol-usage">
          <Usage pool={pool} />
        </div>
      ),
    },
    { key: "target", title: t("pool.target"), from: "2xl", cell: (pool) => <code className="ol-break">{pool.target || pool.source || "–"}</code> },
  ];
  return (
    <DataTable
      label={t("pool.many")}
      name="pools"
      columns={host ? columns.filter((column) => column.key !== "host") : columns}
      table={table}
      query={query}
      filters={[{ name: "state", title: t("state"), options: POOL_STATES.map((value) => ({ value, label: t(`pool.state.${value}`) })) }]}
      rowActions={(pool) => <PoolActions pool={pool} inRow />}
      empty={
        <EmptyState titleText={t("pool.none")} icon={DatabaseIcon} headingLevel="h2">
          <EmptyStateBody>{t("pool.noneBody")}</EmptyStateBody>
          {firstStep && (
            <EmptyStateFooter>
              <EmptyStateActions>{firstStep}</EmptyStateActions>
            </EmptyStateFooter>
          )}
        </EmptyState>
      }
    />
  );
}
