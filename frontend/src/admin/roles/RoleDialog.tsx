import { FormGroup, Grid, GridItem } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { PermissionTree } from "../../access/permissions/PermissionTree";
import { useMe } from "../../access/queries";
import type { Permission } from "../../api/types";
import { TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import { saving, useAccountChange, useAllRoles } from "../queries";
import type { Role, RoleWish } from "../shapes";

/** A role of one's own: from nothing, as a copy of another, or changed. */
export function RoleDialog({ role, copyOf, onClose }: { role?: Role; copyOf?: Role; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const roles = useAllRoles();
  const mine = useMe().data?.permissions.everywhere ?? [];
  const from = role ?? copyOf;
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set(from?.permissions));
  const form = useForm({ defaultValues: { name: role?.name ?? (copyOf ? t("admin.roles.copyName", { name: copyOf.name }) : ""), description: role?.description ?? "" } });
  const { name = "", description = "" } = useWatch({ control: form.control });
  const request = useAccountChange(saving<RoleWish>("/roles/", role?.id));
  const shown = useComplaints(form, request.error);
  // The administrator's role has every permission that there is.
  const all = roles.data?.reduce<readonly Permission[]>((most, { permissions }) => (permissions.length > most.length ? permissions : most), []) ?? [];
  const offered = [...new Set([...all, ...chosen])];
  return (
    <FormDialog
      wide
      title={t(role ? "admin.roles.editTitle" : copyOf ? "admin.roles.copyTitle" : "admin.roles.create", { name: from?.name ?? "" })}
      submit={t(role ? "save" : "admin.roles.create")}
      busy={request.isPending}
      disabled={name.trim() === "" || roles.isPending}
      onSubmit={() =>
        request.mutate(
          { name: name.trim(), description: description.trim(), permissions: offered.filter((each) => chosen.has(each)) },
          {
            onSuccess: ({ id }) => {
              onClose();
              if (!role) void navigate(`/admin/roles/${id}`);
            },
          },
        )
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error ?? roles.error} shownFields={shown} />
      <Grid hasGutter>
        <GridItem md={5}>
          <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
        </GridItem>
        <GridItem md={7}>
          <TextField form={form} name="description" label={t("domain.description")} autoComplete="off" />
        </GridItem>
      </Grid>
      <FormGroup role="group" label={t("admin.roles.permissions")} labelHelp={<span className="ol-quiet">{t("permissions.count", { count: chosen.size })}</span>}>
        <PermissionTree label={t("admin.roles.permissions")} offered={offered} chosen={chosen} beyond={new Set(offered.filter((each) => !mine.includes(each)))} onChange={setChosen} />
      </FormGroup>
    </FormDialog>
  );
}
