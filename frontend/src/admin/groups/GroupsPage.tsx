import { UsersIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { When } from "../../ui/Values";
import { AddButton, ListPage, NothingYet } from "../Listed";
import { useAllUsers, useGroups } from "../queries";
import type { Group } from "../shapes";
import { GroupActions } from "./GroupActions";
import { GroupDialog } from "./GroupDialog";

const FEW = 5;

export default function GroupsPage() {
  const { t } = useTranslation();
  const [creating, setCreating] = useState(false);
  const table = useTableState(["user"], "name");
  const query = useGroups(table.query);
  const users = useAllUsers();
  const add = <AddButton text={t("admin.groups.create")} onClick={() => setCreating(true)} />;
  const columns: Column<Group>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (group) => (
        <>
          <Link to={`/admin/groups/${group.id}`}>{group.name}</Link>
          {group.description && <div className="ol-quiet">{group.description}</div>}
        </>
      ),
    },
    { key: "count", title: t("admin.groups.size"), numeric: true, fit: true, cell: ({ users: of }) => of.length },
    {
      key: "members",
      title: t("admin.groups.members"),
      cell: ({ users: of }) => (
        <>
          {of.slice(0, FEW).map(({ id, name }, at) => (
            <span key={id}>
              {at > 0 && ", "}
              <Link to={`/admin/users/${id}`}>{name}</Link>
            </span>
          ))}
          {of.length > FEW && <span className="ol-quiet"> {t("job.more", { count: of.length - FEW })}</span>}
          {of.length === 0 && "–"}
        </>
      ),
    },
    { key: "created", title: t("token.created"), sort: "created_at", fit: true, from: "xl", cell: ({ created_at }) => <When at={created_at} /> },
  ];
  return (
    <ListPage title={t("admin.groups.many")} actions={add}>
      <DataTable
        label={t("admin.groups.many")}
        columns={columns}
        table={table}
        query={query}
        filters={users.data?.length ? [{ name: "user", title: t("admin.groups.member"), single: true, options: users.data.map(({ id, username }) => ({ value: id, label: username })) }] : []}
        rowActions={(group) => <GroupActions group={group} inRow />}
        empty={<NothingYet title={t("admin.groups.none")} body={t("admin.groups.noneBody")} icon={UsersIcon} firstStep={add} />}
      />
      {creating && <GroupDialog onClose={() => setCreating(false)} />}
    </ListPage>
  );
}
