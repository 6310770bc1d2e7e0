import { Button } from "@patternfly/react-core";
import { UserTagIcon } from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { When } from "../../ui/Values";
import { NothingYet } from "../Listed";
import { GRANTABLE_KINDS, useAllGroups, useAllRoles, useAllUsers, useGrants } from "../queries";
import type { Grant } from "../shapes";
import { RemoveGrantDialog } from "./RemoveGrantDialog";
import { RoleName } from "./RoleName";
import { Where } from "./Where";
import { Whom } from "./Whom";
import { useMay } from "../../access/queries";

interface GrantsTableProps {
  /** Only those of this group, or of this role. */
  group?: string;
  role?: string;
  firstStep?: ReactNode;
}

/** Who has which role, and where. */
export function GrantsTable({ group, role, firstStep }: GrantsTableProps) {
  const { t } = useTranslation();
  const table = useTableState(["user", "group", "role", "object_kind"], "-created_at");
  const query = useGrants({ ...table.query, ...(group && { group }), ...(role && { role }) });
  const mayPeople = useMay("user.manage");
  const narrow = group !== undefined || role !== undefined;
  const users = useAllUsers(mayPeople && !narrow);
  const groups = useAllGroups(mayPeople && !narrow);
  const roles = useAllRoles(useMay("role.manage") && role === undefined);
  const [removing, setRemoving] = useState<Grant | null>(null);
  const columns: Column<Grant>[] = [
    { key: "name", title: t("admin.grants.who"), sort: "user", cell: ({ user, group: of }) => <Whom user={user} group={of} /> },
    { key: "role", title: t("admin.roles.one"), sort: "role", cell: (grant) => <RoleName role={grant.role} /> },
    { key: "where", title: t("admin.grants.where"), cell: ({ object }) => <Where object={object} /> },
    { key: "since", title: t("admin.grants.since"), sort: "created_at", fit: true, from: "lg", cell: ({ created_at }) => <When at={created_at} /> },
  ];
  const named = (list: readonly { id: string; name: string }[] | undefined) => (list ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const userOptions = (users.data ?? []).map(({ id, username }) => ({ value: id, label: username }));
  return (
    <>
      <DataTable
        label={t("admin.grants.many")}
        columns={columns.filter(({ key }) => !(key === "name" && group) && !(key === "role" && role))}
        table={table}
        query={query}
        filters={[
          ...(userOptions.length > 0 ? [{ name: "user", title: t("admin.users.one"), single: true, options: userOptions }] : []),
          ...(groups.data?.length && !narrow ? [{ name: "group", title: t("admin.groups.one"), single: true, options: named(groups.data) }] : []),
          ...(roles.data?.length && !role ? [{ name: "role", title: t("admin.roles.one"), single: true, options: named(roles.data) }] : []),
          { name: "object_kind", title: t("admin.grants.where"), single: true, options: GRANTABLE_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })) },
        ]}
        rowActions={(grant) =>
          grant.actions.includes("delete") && (
            <Button variant="link" size="sm" isDanger onClick={() => setRemoving(grant)}>
              {t("admin.grants.remove")}
            </Button>
          )
        }
        empty={<NothingYet title={t("admin.grants.none")} body={t("admin.grants.noneBody")} icon={UserTagIcon} firstStep={firstStep} />}
      />
      {removing && <RemoveGrantDialog grant={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}
