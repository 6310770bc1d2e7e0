import { EmptyState, EmptyStateBody } from "@patternfly/react-core";
import { VolumeIcon } from "@patternfly/react-icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api } from "../api/client";
import type { Page, Volume } from "../api/types";
import { keys } from "../live/keys";
import { DataTable, type Column } from "../ui/DataTable";
import { useTableState } from "../ui/tableState";
import { Bytes } from "../ui/Values";

/** What a pool holds. */
export function VolumesTable({ pool }: { pool: string }) {
  const { t } = useTranslation();
  const table = useTableState([], "name");
  const query = useQuery({
    queryKey: keys.list("volume", pool, table.query),
    queryFn: ({ signal }) => api.get<Page<Volume>>(`/pools/${pool}/volumes/`, table.query, signal),
    placeholderData: keepPreviousData,
  });
  const columns: Column<Volume>[] = [
    { key: "name", title: t("name"), sort: "name", cell: (volume) => volume.name },
    { key: "format", title: t("volume.format"), fit: true, cell: (volume) => volume.format || volume.type },
    { key: "capacity", title: t("volume.capacity"), numeric: true, fit: true, cell: (volume) => <Bytes value={volume.capacity_bytes} /> },
    { key: "allocation", title: t("volume.allocation"), numeric: true, fit: true, cell: (volume) => <Bytes value={volume.allocation_bytes} /> },
    { key: "path", title: t("volume.path"), from: "lg", cell: (volume) => <code>{volume.path}</code> },
  ];
  return (
    <DataTable
      label={t("pool.volumes")}
      columns={columns}
      table={table}
      query={query}
      empty={
        <EmptyState titleText={t("volume.none")} icon={VolumeIcon} headingLevel="h2">
          <EmptyStateBody>{t("volume.noneBody")}</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}
