import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { ClusterIcon } from "@patternfly/react-icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { When } from "../../ui/Values";
import { ClusterActions } from "./ClusterActions";
import { useClusters, type Cluster } from "./queries";

export default function ClustersTable({ firstStep }: { firstStep?: ReactNode }) {
  const { t } = useTranslation();
  const table = useTableState([], "name");
  const query = useClusters(table.query);
  const columns: Column<Cluster>[] = [
    { key: "name", title: t("name"), sort: "name", cell: ({ id, name }) => <Link to={`/clusters/${id}`}>{name}</Link> },
    { key: "description", title: t("domain.description"), cell: ({ description }) => description || "–" },
    { key: "hosts", title: t("host.many"), numeric: true, fit: true, cell: ({ hosts }) => hosts },
    { key: "changed", title: t("changed"), fit: true, from: "xl", cell: ({ updated_at }) => <When at={updated_at} /> },
  ];
  return (
    <DataTable
      label={t("kinds.cluster")}
      columns={columns}
      table={table}
      query={query}
      rowActions={(cluster) => <ClusterActions cluster={cluster} inRow />}
      empty={
        <EmptyState titleText={t("clusters.none")} icon={ClusterIcon} headingLevel="h2">
          <EmptyStateBody>{t("clusters.noneBody")}</EmptyStateBody>
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
