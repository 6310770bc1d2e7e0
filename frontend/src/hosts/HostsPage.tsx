import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, PageSection } from "@patternfly/react-core";
import { PlusCircleIcon, ServerIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { useMay } from "../access/queries";
import type { Host } from "../api/types";
import { DataTable, type Column } from "../ui/DataTable";
import { PageHead } from "../ui/PageHead";
import { useTableState } from "../ui/tableState";
import { Bytes, When } from "../ui/Values";
import { HostActions } from "./actions/HostActions";
import { HostDialog } from "./actions/HostDialog";
import { HOST_STATES, HostStatus } from "./HostState";
import { useHosts } from "./queries";

const DRIVER_FILTER = ["qemu", "lxc", "xen", "test"];

export function HostsPage() {
  const { t } = useTranslation();
  const table = useTableState(["state", "driver"], "name");
  const query = useHosts(table.query);
  const mayAdd = useMay("host.enrol");
  const [params, setParams] = useSearchParams();
  const adding = params.get("add") !== null;
  const setAdding = (open: boolean) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (open) after.set("add", "");
      else after.delete("add");
      return after;
    });
  const add = mayAdd && (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => setAdding(true)}>
      {t("host.add.button")}
    </Button>
  );

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
          {host.error && <div className="ol-quiet">{host.error.detail}</div>}
        </>
      ),
    },
    {
      key: "domains",
      title: t("domain.many"),
      numeric: true,
      cell: (host) => t("host.domains", { running: host.domains.running, total: host.domains.total }),
    },
    { key: "cpus", title: t("cpus"), numeric: true, fit: true, from: "lg", cell: (host) => host.cpus || "–" },
    { key: "memory", title: t("memory"), numeric: true, fit: true, from: "lg", cell: (host) => (host.memory_bytes ? <Bytes value={host.memory_bytes} /> : "–") },
    { key: "driver", title: t("driver"), from: "xl", cell: (host) => [host.driver, host.hypervisor_version].filter(Boolean).join(" ") },
    { key: "seen", title: t("host.seen"), from: "2xl", fit: true, cell: (host) => <When at={host.seen_at} /> },
  ];

  return (
    <>
      <PageHead title={t("host.many")} actions={add} />
      <PageSection isFilled>
        <DataTable
          label={t("host.many")}
          columns={columns}
          table={table}
          query={query}
          filters={[
            { name: "state", title: t("state"), options: HOST_STATES.map((value) => ({ value, label: t(`host.state.${value}`) })) },
            { name: "driver", title: t("driver"), options: DRIVER_FILTER.map((value) => ({ value, label: t(`host.drivers.${value}`) })) },
          ]}
          rowActions={(host) => <HostActions host={host} inRow />}
          dimmed={(host) => host.stale}
          empty={
            <EmptyState titleText={t("host.none")} icon={ServerIcon} headingLevel="h2">
              <EmptyStateBody>{t("host.noneBody")}</EmptyStateBody>
              <EmptyStateFooter>
                <EmptyStateActions>{add}</EmptyStateActions>
              </EmptyStateFooter>
            </EmptyState>
          }
        />
      </PageSection>
      {adding && mayAdd && <HostDialog onClose={() => setAdding(false)} />}
    </>
  );
}
