import { Button, Label } from "@patternfly/react-core";
import { KeyIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ScopeOf } from "../../access/permissions/ScopeOf";
import type { Token } from "../../api/types";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { When } from "../../ui/Values";
import { NothingYet } from "../Listed";
import { deleting, useAccountChange, useAllUsers, useTokensOf } from "../queries";

/** API tokens with their owners; of one user, without. */
export function TokensTable({ user }: { user?: string }) {
  const { t } = useTranslation();
  const table = useTableState(user ? [] : ["user"], "-created_at");
  const query = useTokensOf({ ...table.query, ...(user && { user }) });
  const users = useAllUsers(user === undefined);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const revoke = useAccountChange(deleting("/tokens/"));
  const columns: Column<Token>[] = [
    { key: "name", title: t("name"), sort: "name", cell: ({ name }) => name },
    { key: "owner", title: t("admin.tokens.owner"), cell: ({ user: owner }) => <Link to={`/admin/users/${owner.id}?tab=tokens`}>{owner.name}</Link> },
    { key: "permissions", title: t("token.permissions"), cell: (token) => <ScopeOf permissions={token.permissions} all="admin.tokens.all" /> },
    { key: "used", title: t("token.used"), sort: "last_used_at", fit: true, cell: ({ last_used_at }) => (last_used_at ? <When at={last_used_at} /> : t("token.unused")) },
    { key: "expires", title: t("token.expires"), sort: "expires_at", fit: true, cell: (token) => <Expires token={token} /> },
    { key: "created", title: t("token.created"), sort: "created_at", fit: true, from: "xl", cell: ({ created_at }) => <When at={created_at} /> },
  ];
  return (
    <>
      <DataTable
        label={t("token.many")}
        columns={user ? columns.filter(({ key }) => key !== "owner") : columns}
        table={table}
        query={query}
        dimmed={(token) => expired(token)}
        filters={users.data?.length && !user ? [{ name: "user", title: t("admin.tokens.owner"), single: true, options: users.data.map(({ id, username }) => ({ value: id, label: username })) }] : []}
        rowActions={(token) =>
          token.actions.includes("delete") && (
            <Button variant="link" size="sm" isDanger onClick={() => setRevoking(token)}>
              {t("token.revoke")}
            </Button>
          )
        }
        empty={<NothingYet title={t("token.none")} body={t(user ? "admin.tokens.noneOfUser" : "admin.tokens.noneBody")} icon={KeyIcon} />}
      />
      {revoking && (
        <ConfirmDialog
          title={t("token.revokeTitle", { name: revoking.name })}
          confirm={t("token.revoke")}
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(revoking.id, { onSuccess: () => setRevoking(null) })}
          onClose={() => {
            setRevoking(null);
            revoke.reset();
          }}
        >
          {t("token.revokeBody")}
        </ConfirmDialog>
      )}
    </>
  );
}

const expired = ({ expires_at }: Token) => new Date(expires_at).getTime() < Date.now();

function Expires({ token }: { token: Token }) {
  const { t } = useTranslation();
  return (
    <span className="ol-status">
      <When at={token.expires_at} />
      {expired(token) && <Label isCompact>{t("token.expired")}</Label>}
    </span>
  );
}
