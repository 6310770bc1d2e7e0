import { Button } from "@patternfly/react-core";
import { PencilAltIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useMay } from "../../access/queries";
import { PageHead } from "../../ui/PageHead";
import { GrantDialog } from "../grants/GrantDialog";
import { GrantsTable } from "../grants/GrantsTable";
import { AddButton } from "../Listed";
import { OnePage } from "../../ui/OnePage";
import { useGroup } from "../queries";
import type { Group } from "../shapes";
import { Tabbed } from "../../ui/Tabbed";
import { GroupActions } from "./GroupActions";
import { GroupDialog } from "./GroupDialog";

export default function GroupPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const parent = { title: t("admin.groups.many"), to: "/admin/groups" };
  return (
    <OnePage query={useGroup(id)} title={t("admin.groups.one")} parent={parent}>
      {(group) => <GroupView group={group} />}
    </OnePage>
  );
}

/** Who is in a group, and what they may do by it. */
function GroupView({ group }: { group: Group }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<"edit" | "grant" | null>(null);
  const mayGrant = useMay("grant.manage");
  const edit = (
    <Button variant="secondary" icon={<PencilAltIcon />} onClick={() => setDialog("edit")}>
      {t("admin.groups.edit")}
    </Button>
  );
  const grant = <AddButton text={t("admin.grants.create")} onClick={() => setDialog("grant")} />;
  return (
    <>
      <PageHead
        title={group.name}
        parent={{ title: t("admin.groups.many"), to: "/admin/groups" }}
        beside={group.description && <span className="ol-quiet">{group.description}</span>}
        actions={
          <div className="ol-actions">
            {mayGrant && grant}
            {group.actions.includes("edit") && edit}
            <GroupActions group={group} />
          </div>
        }
      />
      <Tabbed
        label={t("admin.parts", { name: group.name })}
        parts={[
          { key: "members", title: t("admin.groups.members"), body: () => <Members group={group} /> },
          ...(mayGrant ? [{ key: "grants", title: t("admin.grants.many"), body: () => <GrantsTable group={group.id} firstStep={grant} /> }] : []),
        ]}
      />
      {dialog === "edit" && <GroupDialog group={group} onClose={() => setDialog(null)} />}
      {dialog === "grant" && <GrantDialog group={group.id} onClose={() => setDialog(null)} />}
    </>
  );
}

function Members({ group }: { group: Group }) {
  const { t } = useTranslation();
  if (group.users.length === 0) return <p className="ol-quiet">{t("admin.groups.empty")}</p>;
  return (
    <Table variant="compact" aria-label={t("admin.groups.members")}>
      <Thead>
        <Tr>
          <Th>{t("admin.users.one")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {group.users.map(({ id, name }) => (
          <Tr key={id}>
            <Td dataLabel={t("admin.users.one")}>
              <Link to={`/admin/users/${id}`}>{name}</Link>
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
