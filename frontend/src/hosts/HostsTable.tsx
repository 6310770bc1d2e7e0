import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { ServerIcon } from "@patternfly/react-icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ClusterName } from "../access/ClusterName";
import { useMaySomewhere } from "../access/queries";
import type { Host } from "../api/types";
import { DataTable, type Column } from "../ui/DataTable";
import { useTableState } from "../ui/tableState";
import { Bytes, When } from "../ui/Values";
import { HostActions } from "./actions/HostActions";
import { useClusters } from "./clusters/queries";
import { HostError } from "./HostError";
import { HOST_STATES, HostStatus } from "./HostState";
import { useHosts } from "./queries";

const DRIVER_FILTER = ["qemu", "lxc", "xen", "test"];
const MOST_OFFERED = 100;

/** The hosts; with `cluster` only those of this one. */
export function HostsTable({ cluster, firstStep }: { cluster?: string; firstStep?: ReactNode }) {
  const { t } = useTranslation();
  const table = useTableState(cluster ? ["state", "driver"] : ["state", "driver", "cluster"], "name");
  const query = useHosts(cluster ? { ...table.query, cluster } : table.query);
  const clusters = useClusters({ limit: MOST_OFFERED, ordering: "name" }, useMaySomewhere("cluster.read") && !cluster).data?.results ?? [];

  const columns: Column<Host>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (host) => (
        <>
          <Link to={`/hosts/${host.id}`}>{host.name}</Link>
          {host.hostname && host.hostname !== host.name && <div className="ol-quiet">{host.hostname}</div>}
        </>
      ),
    },
    {
      key: "state",
      title: t("state"),
      sort: "state",
      cell: (host) => (
        <>
          <HostStatus host={host} />
          <HostError host={host} />
        </>
      ),
    },
    {
      key: "domains",
      title: t("domain.many"),
      numeric: true,
      cell: (host) => t("host.domains", { running: host.domains.running, total: host.domains.total }),
    },
    { key: "cpus", title: t("cpus"), sort: "cpus", numeric: true, fit: true, from: "lg", cell: (host) => host.cpus || "–" },
    { key: "memory", title: t("memory"), sort: "memory_bytes", numeric: true, fit: true, from: "lg", cell: (host) => (host.memory_bytes ? <Bytes value={host.memory_bytes} /> : "–") },
    { key: "driver", title: t("driver"), sort: "driver", from: "xl", cell: (host) => [host.driver, host.hypervisor_version].filter(Boolean).join(" ") },
    { key: "seen", title: t("host.seen"), from: "2xl", fit: true, cell: (host) => <When at={host.seen_at} /> },
    { key: "cluster", title: t("cluster"), sort: "cluster", extra: true, cell: ({ cluster: of }) => (of ? <ClusterName cluster={of} /> : "–") },
    { key: "reached", title: t("host.reachedBy.title"), extra: true, cell: (host) => t(`host.reachedBy.${host.reached_by}`) },
    { key: "libvirt", title: "libvirt", fit: true, extra: true, cell: (host) => host.libvirt_version || "–" },
    { key: "cpu", title: t("host.cpu"), extra: true, cell: (host) => [host.cpu_model, host.arch].filter(Boolean).join(" · ") || "–" },
  ];

  return (
    <DataTable
      label={t("host.many")}
      name="hosts"
      columns={cluster ? columns.filter(({ key }) => key !== "cluster") : columns}
      table={table}
      query={query}
      filters={[
        { name: "state", title: t("state"), options: HOST_STATES.map((value) => ({ value, label: t(`host.state.${value}`) })) },
        { name: "driver", title: t("driver"), options: DRIVER_FILTER.map((value) => ({ value, label: t(`host.drivers.${value}`) })) },
        ...(clusters.length > 0 ? [{ name: "cluster", title: t("cluster"), single: true, options: clusters.map(({ id, name }) => ({ value: id, label: name })) }] : []),
      ]}
      rowActions={(host) => <HostActions host={host} inRow />}
      dimmed={(host) => host.stale}
      empty={
        <EmptyState titleText={t(cluster ? "clusters.noHosts" : "host.none")} icon={ServerIcon} headingLevel="h2">
          <EmptyStateBody>{t(cluster ? "clusters.noHostsBody" : "host.noneBody")}</EmptyStateBody>
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
