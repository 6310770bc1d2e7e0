import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Icon } from "@patternfly/react-core";
import { NetworkIcon } from "@patternfly/react-icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { HostName } from "../access/HostName";
import { DataTable, type Column } from "../ui/DataTable";
import { useTableState } from "../ui/tableState";
import { KIND_ICON, kindOf } from "./kinds";
import { NetworkActions } from "./NetworkActions";
import { NetworkStatus } from "./NetworkState";
import { useNetworks, useSilentHosts } from "./queries";
import type { NetworkRow } from "./shapes";

/** The virtual networks of the hosts. */
export function NetworksTable({ host, firstStep }: { host?: string; firstStep?: ReactNode }) {
  const { t } = useTranslation();
  const table = useTableState([], "name");
  const query = useNetworks({ ...table.query, host });
  const silent = useSilentHosts().data;
  const columns: Column<NetworkRow>[] = [
    { key: "name", title: t("name"), sort: "name", cell: (network) => <Link to={`/networks/${network.id}`}>{network.name}</Link> },
    { key: "state", title: t("state"), cell: (network) => <NetworkStatus network={network} /> },
    { key: "host", title: t("host.one"), sort: "host", cell: (network) => <HostName host={network.host} /> },
    { key: "kind", title: t("network.kindIs"), sort: "forward", cell: (network) => <KindWords network={network} /> },
    { key: "bridge", title: t("network.bridge"), from: "xl", sort: "bridge", cell: ({ bridge, spec }) => (bridge || spec.devices?.[0] ? <code>{bridge || spec.devices?.[0]}</code> : "–") },
    {
      key: "addresses",
      title: t("network.subnet"),
      from: "lg",
      cell: ({ addresses, spec }) =>
        addresses.length > 0 ? (
          <>
            {addresses.map((address) => (
              <div key={address} className="ol-nowrap">
                <code>{address}</code>
              </div>
            ))}
            {spec.ips?.some(({ dhcp }) => dhcp) && <span className="ol-quiet">DHCP</span>}
          </>
        ) : (
          "–"
        ),
    },
    { key: "interfaces", title: t("network.on"), numeric: true, fit: true, cell: ({ id, interfaces }) => (interfaces > 0 ? <Link to={`/networks/${id}`}>{interfaces}</Link> : 0) },
    {
      key: "cluster",
      title: t("clusterNetwork.one"),
      from: "2xl",
      cell: ({ cluster_network }) => (cluster_network ? <Link to={`/networks?tab=clusters&q=${encodeURIComponent(cluster_network.name)}`}>{cluster_network.name}</Link> : "–"),
    },
  ];
  return (
    <DataTable
      label={t("network.many")}
      name="networks"
      columns={host ? columns.filter((column) => column.key !== "host") : columns}
      table={table}
      query={query}
      dimmed={(network) => silent?.has(network.host.id) ?? false}
      rowActions={(network) => <NetworkActions network={network} inRow />}
      empty={
        <EmptyState titleText={t("network.none")} icon={NetworkIcon} headingLevel="h2">
          <EmptyStateBody>{t("network.noneBody")}</EmptyStateBody>
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

export function KindWords({ network }: { network: NetworkRow }) {
  const { t } = useTranslation();
  const kind = kindOf({ ...network.spec, forward: network.forward, bridge: network.bridge });
  const Picture = KIND_ICON[kind];
  return (
    <span className="ol-state" title={t(`network.kindBody.${kind}`)}>
      <Icon>
        <Picture />
      </Icon>
      {t(`network.kind.${kind}`)}
    </span>
  );
}
