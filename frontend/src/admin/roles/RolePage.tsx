import { Label } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { useMay } from "../../access/queries";
import { PageHead } from "../../ui/PageHead";
import { GrantDialog } from "../grants/GrantDialog";
import { GrantsTable } from "../grants/GrantsTable";
import { AddButton } from "../Listed";
import { OnePage } from "../../ui/OnePage";
import { useRole } from "../queries";
import type { Role } from "../shapes";
import { Tabbed } from "../../ui/Tabbed";
import { Compared } from "./Compared";
import { RoleActions } from "./RoleActions";

export default function RolePage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  return (
    <OnePage query={useRole(id)} title={t("admin.roles.one")} parent={{ title: t("admin.roles.many"), to: "/admin/roles" }}>
      {(role) => <RoleView role={role} />}
    </OnePage>
  );
}

/** What a role allows, and to whom it is given. */
function RoleView({ role }: { role: Role }) {
  const { t } = useTranslation();
  const [giving, setGiving] = useState(false);
  const mayGrant = useMay("grant.manage");
  const grant = <AddButton text={t("admin.grants.create")} onClick={() => setGiving(true)} />;
  return (
    <>
      <PageHead
        title={role.name}
        parent={{ title: t("admin.roles.many"), to: "/admin/roles" }}
        beside={role.built_in && <Label variant="outline">{t("admin.roles.builtIn")}</Label>}
        actions={
          <div className="ol-actions">
            {mayGrant && grant}
            <RoleActions role={role} />
          </div>
        }
      />
      <Tabbed
        label={t("admin.parts", { name: role.name })}
        parts={[
          { key: "permissions", title: t("admin.roles.permissions"), body: () => <Compared role={role} /> },
          ...(mayGrant ? [{ key: "grants", title: t("admin.roles.givenTo"), body: () => <GrantsTable role={role.id} firstStep={grant} /> }] : []),
        ]}
      />
      {giving && <GrantDialog role={role.id} onClose={() => setGiving(false)} />}
    </>
  );
}
