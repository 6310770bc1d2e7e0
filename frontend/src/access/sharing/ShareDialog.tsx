import { FormGroup, Radio } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { Combobox } from "../../ui/Combobox";
import { TextField } from "../../ui/fields";
import { Folded } from "../../ui/Folded";
import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useToast } from "../../ui/toast";
import { useComplaints } from "../../ui/useComplaints";
import { PermissionList } from "../permissions/PermissionList";
import { useMay, useMe } from "../queries";
import { concerning, givable } from "./givable";
import { share, useGroupsToGive, useRolesToGive, useSharing, type Shared } from "./queries";

/** Let somebody else do here what a role allows: one of those within one's own rights. */
export function ShareDialog({ object, mine, onClose }: { object: Shared; mine: readonly string[]; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const say = useToast();
  const me = useMe().data;
  const mayPeople = useMay("user.manage");
  const groups = useGroupsToGive(mayPeople);
  const roles = useRolesToGive();
  const { fitting: offered, beyond } = givable(roles.data ?? [], me?.permissions.everywhere ?? [], mine, object.kind);
  const form = useForm({ defaultValues: { to: "user", username: "", group: "", role: "" } });
  const { to, username = "", group = "", role = "" } = useWatch({ control: form.control });
  const request = useSharing(share);
  const shown = useComplaints(form, request.error);
  const chosen = offered.find(({ id }) => id === role);
  // The others of its permissions mean nothing on such an object.
  const allowed = chosen ? concerning(object.kind, chosen.permissions) : [];
  const whom = to === "group" ? group && { group } : username.trim() && { username: username.trim() };
  return (
    <FormDialog
      title={t("access.shareTitle", { name: object.name })}
      description={t("access.shareBody")}
      submit={t("access.share")}
      busy={request.isPending}
      disabled={!whom || role === ""}
      onSubmit={() =>
        whom &&
        request.mutate(
          { ...whom, role, object: { kind: object.kind, id: object.id } },
          {
            onSuccess: () => {
              onClose();
              say({ variant: "success", title: t("access.shared", { name: object.name }) });
            },
          },
        )
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error ?? roles.error} shownFields={shown} />
      {(groups.data?.length ?? 0) > 0 && (
        <FormGroup role="radiogroup" isInline label={t("admin.grants.whom")}>
          <Radio id="share-user" name="to" label={t("access.withUser")} isChecked={to === "user"} onChange={() => form.setValue("to", "user")} />
          <Radio id="share-group" name="to" label={t("access.withGroup")} isChecked={to === "group"} onChange={() => form.setValue("to", "group")} />
        </FormGroup>
      )}
      {to === "group" ? (
        <Combobox form={form} name="group" label={t("access.withGroup")} required choices={(groups.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} none={t("table.nothing")} placeholder={t("admin.grants.byName")} />
      ) : (
        <TextField form={form} name="username" label={t("access.username")} help={t("access.usernameHelp")} required autoFocus autoComplete="off" />
      )}
      <Combobox
        form={form}
        name="role"
        label={t("access.role")}
        required
        choices={offered.map(({ id, name, description, built_in }) => ({ value: id, label: name, description: built_in ? t(`builtInRole.${name}`, { defaultValue: description }) : description || undefined }))}
        busy={roles.isPending}
        help={beyond.length > 0 ? t("access.beyond", { count: beyond.length, roles: new Intl.ListFormat(i18n.language).format(beyond.map(({ name }) => name)) }) : undefined}
        none={t("access.noRoles")}
        placeholder={t("admin.roles.choose")}
      />
      {chosen && (
        <Folded title={t("access.allows")} summary={t("permissions.count", { count: allowed.length })}>
          <PermissionList permissions={allowed} />
        </Folded>
      )}
    </FormDialog>
  );
}
