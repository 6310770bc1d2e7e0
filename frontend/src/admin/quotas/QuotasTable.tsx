import { Label } from "@patternfly/react-core";
import { ExclamationTriangleIcon, PencilAltIcon, TachometerAltIcon, TrashIcon } from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { DataTable, type Column } from "../../ui/DataTable";
import { Kebab } from "../../ui/Menu";
import { useTableState } from "../../ui/tableState";
import { Whom } from "../grants/Whom";
import { NothingYet } from "../Listed";
import { deleting, useAccountChange, useAllGroups, useAllUsers, useQuotas } from "../queries";
import type { Quota } from "../shapes";
import { QuotaDialog } from "./QuotaDialog";
import { RESOURCES } from "./quotaForm";
import { UseBar } from "./UseBar";

// What a narrow window leaves out first.
const NARROW_OUT: readonly string[] = ["storage_bytes", "snapshots"];

/** Limits with what is used of them. */
export function QuotasTable({ user, firstStep }: { user?: string; firstStep?: ReactNode }) {
  const { t } = useTranslation();
  const table = useTableState(user ? [] : ["user", "group"], "user");
  const query = useQuotas({ ...table.query, ...(user && { user }) });
  const mayPeople = useMay("user.manage");
  const users = useAllUsers(mayPeople && !user);
  const groups = useAllGroups(mayPeople && !user);
  const columns: Column<Quota>[] = [
    {
      key: "name",
      title: t("admin.quotas.whose"),
      sort: "user",
      cell: (quota) => (
        <span className="ol-status">
          {quota.user || quota.group ? <Whom user={quota.user} group={quota.group} /> : t("admin.quotas.ofCluster")}
          {quota.exceeded && (
            <Label isCompact color="red" icon={<ExclamationTriangleIcon />}>
              {t("admin.quotas.exceeded")}
            </Label>
          )}
        </span>
      ),
    },
    { key: "cluster", title: t("cluster"), sort: "cluster", cell: ({ cluster }) => cluster?.name ?? <span className="ol-quiet">{t("admin.quotas.allClusters")}</span> },
    ...RESOURCES.map((resource) => ({
      key: resource,
      ...(NARROW_OUT.includes(resource) && { from: "lg" as const }),
      title: t(`admin.quotas.resource.${resource}`),
      cell: (quota: Quota) => <UseBar resource={resource} use={quota.use[resource]} limit={quota[resource]} />,
    })),
  ];
  return (
    <DataTable
      label={t("admin.quotas.many")}
      name="quotas"
      columns={user ? columns.filter(({ key }) => key !== "name") : columns}
      table={table}
      query={query}
      filters={[
        ...(users.data?.length && !user ? [{ name: "user", title: t("kind.user"), single: true, options: users.data.map(({ id, username }) => ({ value: id, label: username })) }] : []),
        ...(groups.data?.length && !user ? [{ name: "group", title: t("kind.group"), single: true, options: groups.data.map(({ id, name }) => ({ value: id, label: name })) }] : []),
      ]}
      rowActions={(quota) => <Actions quota={quota} />}
      empty={<NothingYet title={t("admin.quotas.none")} body={t("admin.quotas.noneBody")} icon={TachometerAltIcon} firstStep={firstStep} />}
    />
  );
}

function Actions({ quota }: { quota: Quota }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const request = useAccountChange(deleting("/quotas/"));
  const name = (quota.user ?? quota.group ?? quota.cluster)?.name ?? "";
  const may = (action: string) => quota.actions.includes(action);
  const close = () => {
    setDialog(null);
    request.reset();
  };
  return (
    <div className="ol-actions ol-end">
      <Kebab
        label={t("domain.actionsOf", { name })}
        entries={[
          ...(may("edit") ? [{ key: "edit", label: t("admin.quotas.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit") }] : []),
          ...(may("delete") ? [{ key: "delete", label: t("admin.quotas.delete"), icon: <TrashIcon />, danger: true, run: () => setDialog("delete") }] : []),
        ]}
      />
      {dialog === "edit" && <QuotaDialog quota={quota} onClose={close} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={t("admin.quotas.deleteTitle", { name })}
          confirm={t("admin.quotas.delete")}
          busy={request.isPending}
          error={request.error}
          onConfirm={() => request.mutate(quota.id, { onSuccess: close })}
          onClose={close}
        >
          {t("admin.quotas.lost", { name })}
        </ConfirmDialog>
      )}
    </div>
  );
}
