import { Label } from "@patternfly/react-core";
import { UsersIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { When } from "../../ui/Values";
import { AddButton, ListPage, NothingYet } from "../Listed";
import { useAllGroups, useUsers } from "../queries";
import type { User } from "../shapes";
import { UserActions } from "./UserActions";
import { UserDialog } from "./UserDialog";
import { UserState } from "./UserState";

const FEW = 3;

export default function UsersPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [creating, setCreating] = useState(params.has("create"));
  const table = useTableState(["active", "group"], "username");
  const query = useUsers(table.query);
  const groups = useAllGroups();
  const add = <AddButton text={t("admin.users.create")} onClick={() => setCreating(true)} />;
  const columns: Column<User>[] = [
    {
      key: "name",
      title: t("admin.users.one"),
      sort: "username",
      cell: (user) => (
        <>
          <Link to={`/admin/users/${user.id}`}>{user.username}</Link>
          {user.name && <div className="ol-quiet">{user.name}</div>}
        </>
      ),
    },
    { key: "state", title: t("state"), cell: (user) => <UserState user={user} /> },
    {
      key: "groups",
      title: t("admin.groups.many"),
      cell: ({ groups: of }) =>
        of.length === 0 ? (
          "–"
        ) : (
          <span className="ol-labels">
            {of.slice(0, FEW).map(({ id, name }) => (
              <Label key={id} isCompact variant="outline" render={({ className, content }) => <Link to={`/admin/groups/${id}`} className={className}>{content}</Link>}>
                {name}
              </Label>
            ))}
            {of.length > FEW && <span className="ol-quiet">{t("job.more", { count: of.length - FEW })}</span>}
          </span>
        ),
    },
    { key: "source", title: t("admin.users.source"), from: "lg", fit: true, cell: ({ source }) => t(`admin.users.sources.${source}`) },
    { key: "factor", title: t("admin.users.secondFactor"), from: "xl", fit: true, cell: (user) => t(user.second_factor ? "yes" : "no") },
    { key: "login", title: t("admin.users.lastSignIn"), fit: true, from: "lg", cell: (user) => (user.last_login_at ? <When at={user.last_login_at} /> : t("token.unused")) },
    { key: "created", title: t("token.created"), sort: "created_at", fit: true, from: "2xl", cell: (user) => <When at={user.created_at} /> },
  ];
  return (
    <ListPage title={t("admin.users.many")} actions={add}>
      <DataTable
        label={t("admin.users.many")}
        name="users"
        columns={columns}
        table={table}
        query={query}
        dimmed={(user) => !user.active}
        filters={[
          {
            name: "active",
            title: t("state"),
            single: true,
            options: [
              { value: "true", label: t("admin.users.state.active") },
              { value: "false", label: t("admin.users.state.inactive") },
            ],
          },
          ...(groups.data?.length ? [{ name: "group", title: t("admin.groups.one"), single: true, options: groups.data.map(({ id, name }) => ({ value: id, label: name })) }] : []),
        ]}
        rowActions={(user) => <UserActions user={user} inRow />}
        empty={<NothingYet title={t("admin.users.none")} body={t("admin.users.noneBody")} icon={UsersIcon} firstStep={add} />}
      />
      {creating && <UserDialog onClose={() => setCreating(false)} />}
    </ListPage>
  );
}
