import { Button } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { FactsSkeleton } from "../../ui/Facts";
import { ProblemAlert } from "../../ui/Problems";
import { RemoveGrantDialog } from "../grants/RemoveGrantDialog";
import { RoleName } from "../grants/RoleName";
import { Where } from "../grants/Where";
import { useGrantsOf } from "../queries";
import type { Grant, User } from "../shapes";

/** The roles of a user, their own and those of their groups. */
export function GrantsOf({ user }: { user: User }) {
  const { t } = useTranslation();
  const { grants, pending, error } = useGrantsOf(user);
  const [removing, setRemoving] = useState<Grant | null>(null);
  if (pending) return <FactsSkeleton rows={3} />;
  return (
    <>
      <ProblemAlert error={error} />
      {grants.length === 0 && !error && <p className="ol-quiet">{t("admin.users.mayNothing")}</p>}
      {grants.length > 0 && (
        <Table variant="compact" borders={false} aria-label={t("admin.users.may")}>
          <Thead>
            <Tr>
              <Th>{t("admin.roles.one")}</Th>
              <Th>{t("admin.grants.where")}</Th>
              <Th>{t("admin.grants.through")}</Th>
              <Th screenReaderText={t("table.actions")} />
            </Tr>
          </Thead>
          <Tbody>
            {grants.map(({ grant, through }) => (
              <Tr key={grant.id}>
                <Td dataLabel={t("admin.roles.one")}>
                  <RoleName role={grant.role} />
                </Td>
                <Td dataLabel={t("admin.grants.where")} modifier="breakWord">
                  <Where object={grant.object} />
                </Td>
                <Td dataLabel={t("admin.grants.through")}>{through ? <Link to={`/admin/groups/${through.id}?tab=grants`}>{through.name}</Link> : <span className="ol-quiet">{t("admin.grants.directly")}</span>}</Td>
                <Td isActionCell>
                  {!through && grant.actions.includes("delete") && (
                    <Button variant="link" size="sm" isDanger onClick={() => setRemoving(grant)}>
                      {t("admin.grants.remove")}
                    </Button>
                  )}
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
      {removing && <RemoveGrantDialog grant={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}
