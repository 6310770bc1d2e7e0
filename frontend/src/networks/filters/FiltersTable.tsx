import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { CodeIcon, PencilAltIcon, ShieldAltIcon, TrashIcon } from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { HostName } from "../../access/HostName";
import { useJobOf, useJobRequest } from "../../jobs/queries";
import { JobInline } from "../../jobs/JobProgress";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { DataTable, type Column } from "../../ui/DataTable";
import { FactsSkeleton } from "../../ui/Facts";
import { Kebab } from "../../ui/Menu";
import { PlanView } from "../../ui/PlanView";
import { ProblemPage } from "../../ui/Problems";
import { useTableState } from "../../ui/tableState";
import { usePlan } from "../../ui/usePlan";
import { XMLCode } from "../../ui/XMLCode";
import { planRemoveFilter, removeFilter, useFilter, useFilters } from "../queries";
import type { NetworkFilter } from "../shapes";
import { EditFilterDialog } from "./EditFilterDialog";

/** The packet filters that interfaces of machines can name, host by host. */
export function FiltersTable({ firstStep }: { firstStep?: ReactNode }) {
  const { t } = useTranslation();
  const table = useTableState([], "name");
  const query = useFilters(table.query);
  const columns: Column<NetworkFilter>[] = [
    { key: "name", title: t("name"), sort: "name", cell: (filter) => <FilterName filter={filter} /> },
    { key: "host", title: t("host.one"), sort: "host", cell: ({ host }) => <HostName host={host} /> },
    { key: "chain", title: t("filter.chain"), sort: "chain", from: "lg", cell: ({ chain }) => chain || "–" },
    { key: "rules", title: t("filter.rules"), numeric: true, fit: true, cell: ({ rules }) => rules },
    { key: "references", title: t("filter.calls"), cell: ({ references }) => references.join(", ") || "–" },
  ];
  return (
    <DataTable
      label={t("filter.many")}
      columns={columns}
      table={table}
      query={query}
      rowActions={(filter) => <FilterActions filter={filter} />}
      empty={
        <EmptyState titleText={t("filter.none")} icon={ShieldAltIcon} headingLevel="h2">
          <EmptyStateBody>{t("filter.noneBody")}</EmptyStateBody>
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

function FilterName({ filter }: { filter: NetworkFilter }) {
  const job = useJobOf(filter);
  const [shown, setShown] = useState(false);
  return (
    <>
      <Button variant="link" isInline onClick={() => setShown(true)}>
        {filter.name}
      </Button>
      {job && (
        <div>
          <JobInline job={job} />
        </div>
      )}
      {shown && <FilterView filter={filter} onClose={() => setShown(false)} />}
    </>
  );
}

/** Its document, and who names it. */
function FilterView({ filter, onClose }: { filter: NetworkFilter; onClose: () => void }) {
  const query = useFilter(filter.id);
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="filter-title">
      <ModalHeader title={filter.name} labelId="filter-title" />
      <ModalBody>
        {query.data ? (
          <div className="ol-stack">
            <UsedBy filter={query.data} />
            <XMLCode value={query.data.xml} label={filter.name} />
          </div>
        ) : query.isError ? (
          <ProblemPage error={query.error} retry={() => void query.refetch()} />
        ) : (
          <FactsSkeleton />
        )}
      </ModalBody>
    </Modal>
  );
}

function UsedBy({ filter }: { filter: NonNullable<ReturnType<typeof useFilter>["data"]> }) {
  const { t } = useTranslation();
  const { users, others } = filter.domains;
  const names = [...new Map(users.map(({ id, name }) => [id, name]))];
  if (names.length === 0 && others === 0 && filter.used_by_filters.length === 0) return <p className="ol-quiet">{t("filter.unused")}</p>;
  return (
    <p>
      {t("filter.usedBy")}{" "}
      {names.map(([id, name]) => (
        <span key={id}>
          <Link to={`/domains/${id}`}>{name}</Link>{" "}
        </span>
      ))}
      {[...filter.used_by_filters, ...(others > 0 ? [t("network.others", { count: others })] : [])].join(", ")}
    </p>
  );
}

function FilterActions({ filter }: { filter: NetworkFilter }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<"edit" | "delete" | "show" | null>(null);
  const may = (action: string) => filter.actions.includes(action);
  const busy = filter.job !== null;
  return (
    <>
      <Kebab
        label={t("domain.actionsOf", { name: filter.name })}
        entries={[
          { key: "show", label: t("filter.show"), icon: <CodeIcon />, run: () => setDialog("show") },
          ...(may("edit") ? [{ key: "edit", label: t("xml.edit"), icon: <PencilAltIcon />, disabled: busy, run: () => setDialog("edit") }] : []),
          ...(may("delete") ? [{ key: "delete", label: t("network.action.delete"), icon: <TrashIcon />, danger: true, apart: true, disabled: busy, run: () => setDialog("delete") }] : []),
        ]}
      />
      {dialog === "show" && <FilterView filter={filter} onClose={() => setDialog(null)} />}
      {dialog === "edit" && <EditFilterDialog filter={filter} onClose={() => setDialog(null)} />}
      {dialog === "delete" && <DeleteDialog filter={filter} onClose={() => setDialog(null)} />}
    </>
  );
}

function DeleteDialog({ filter, onClose }: { filter: NetworkFilter; onClose: () => void }) {
  const { t } = useTranslation();
  const request = useJobRequest(removeFilter);
  const plan = usePlan([filter.id, "delete"], request.isPending ? null : {}, () => planRemoveFilter(filter.id));
  return (
    <ConfirmDialog
      title={t("filter.delete.title", { name: filter.name })}
      confirm={t("network.action.delete")}
      busy={request.isPending}
      disabled={plan.current && (plan.error !== null || plan.plan?.allowed === false)}
      error={request.error}
      onConfirm={() => request.mutate(filter.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{t("filter.delete.body", { host: filter.host.name })}</p>
        <PlanView plan={plan.plan} error={plan.error} busy={plan.busy} />
      </div>
    </ConfirmDialog>
  );
}
