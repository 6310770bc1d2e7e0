import { EmptyState, EmptyStateBody } from "@patternfly/react-core";
import { CheckCircleIcon, NetworkIcon, OffIcon } from "@patternfly/react-icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api } from "../api/client";
import type { Network, Page } from "../api/types";
import { keys } from "../live/keys";
import { DataTable, type Column } from "../ui/DataTable";
import { StateLabel } from "../ui/StateLabel";
import { useTableState } from "../ui/tableState";

/** The virtual networks of the hosts. */
export function NetworksTable({ host }: { host?: string }) {
  const { t } = useTranslation();
  const table = useTableState([], "name");
  const asked = { ...table.query, host };
  const query = useQuery({
    queryKey: keys.list("network", asked),
    queryFn: ({ signal }) => api.get<Page<Network>>("/networks/", asked, signal),
    placeholderData: keepPreviousData,
  });
  const columns: Column<Network>[] = [
    { key: "name", title: t("name"), sort: "name", cell: (network) => network.name },
    { key: "state", title: t("state"), cell: (network) => <NetworkStatus network={network} /> },
    { key: "host", title: t("host.one"), cell: (network) => <Link to={`/hosts/${network.host.id}`}>{network.host.name}</Link> },
    { key: "forward", title: t("network.forward"), cell: (network) => network.forward || t("network.isolated") },
    { key: "bridge", title: t("network.bridge"), cell: (network) => (network.bridge ? <code>{network.bridge}</code> : "–") },
    {
      key: "addresses",
      title: t("network.addresses"),
      from: "lg",
      cell: (network) => (network.addresses.length > 0 ? <code>{network.addresses.join(", ")}</code> : "–"),
    },
    { key: "autostart", title: t("autostart"), from: "xl", fit: true, cell: (network) => t(network.autostart ? "yes" : "no") },
  ];
  return (
    <DataTable
      label={t("network.many")}
      columns={host ? columns.filter((column) => column.key !== "host") : columns}
      table={table}
      query={query}
      empty={
        <EmptyState titleText={t("network.none")} icon={NetworkIcon} headingLevel="h2">
          <EmptyStateBody>{t("network.noneBody")}</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}

function NetworkStatus({ network }: { network: Network }) {
  const { t } = useTranslation();
  return (
    <StateLabel icon={network.active ? CheckCircleIcon : OffIcon} tone={network.active ? "success" : undefined}>
      {t(network.active ? "network.active" : "network.inactive")}
    </StateLabel>
  );
}
