import { Label } from "@patternfly/react-core";
import { UserTagIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { When } from "../../ui/Values";
import { AddButton, ListPage, NothingYet } from "../Listed";
import { useRoles } from "../queries";
import type { Role } from "../shapes";
import { RoleActions } from "./RoleActions";
import { RoleDialog } from "./RoleDialog";
import { useDescription } from "./words";

export default function RolesPage() {
  const { t } = useTranslation();
  const describe = useDescription();
  const [creating, setCreating] = useState(false);
  const table = useTableState(["built_in"], "name");
  const query = useRoles(table.query);
  const add = <AddButton text={t("admin.roles.create")} onClick={() => setCreating(true)} />;
  const columns: Column<Role>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (role) => (
        <span className="ol-state">
          <Link to={`/admin/roles/${role.id}`}>{role.name}</Link>
          {role.built_in && (
            <Label isCompact variant="outline">
              {t("admin.roles.builtIn")}
            </Label>
          )}
        </span>
      ),
    },
    { key: "description", title: t("domain.description"), cell: describe },
    { key: "permissions", title: t("admin.roles.permissions"), numeric: true, fit: true, cell: ({ permissions }) => permissions.length },
    { key: "changed", title: t("changed"), fit: true, from: "xl", cell: ({ updated_at, built_in }) => (built_in ? "–" : <When at={updated_at} />) },
  ];
  return (
    <ListPage title={t("admin.roles.many")} actions={add}>
      <DataTable
        label={t("admin.roles.many")}
        columns={columns}
        table={table}
        query={query}
        filters={[
          {
            name: "built_in",
            title: t("type"),
            single: true,
            options: [
              { value: "true", label: t("admin.roles.builtIn") },
              { value: "false", label: t("admin.roles.own") },
            ],
          },
        ]}
        rowActions={(role) => <RoleActions role={role} inRow />}
        empty={<NothingYet title={t("admin.roles.none")} body={t("admin.roles.noneBody")} icon={UserTagIcon} firstStep={add} />}
      />
      {creating && <RoleDialog onClose={() => setCreating(false)} />}
    </ListPage>
  );
}
