import { FormGroup, Radio } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { PermissionList } from "../../access/permissions/PermissionList";
import { useMay } from "../../access/queries";
import { Combobox } from "../../ui/Combobox";
import { TextField } from "../../ui/fields";
import { Folded } from "../../ui/Folded";
import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useToast } from "../../ui/toast";
import { useComplaints } from "../../ui/useComplaints";
import { saving, useAccountChange, useAllGroups, useAllRoles, useAllUsers } from "../queries";
import { grantWish, type GrantAnswers } from "./grantWish";
import { ObjectPicker } from "./ObjectPicker";

interface GrantDialogProps {
  /** Known already, from whose page it was opened. */
  user?: string;
  group?: string;
  role?: string;
  onClose: () => void;
}

/** Give a role: to whom, which, and where. */
export function GrantDialog({ user, group, role, onClose }: GrantDialogProps) {
  const { t } = useTranslation();
  const say = useToast();
  const mayPeople = useMay("user.manage");
  const users = useAllUsers(mayPeople);
  const groups = useAllGroups(mayPeople);
  const roles = useAllRoles();
  const form = useForm<GrantAnswers>({ defaultValues: { to: group ? "group" : "user", user: user ?? "", username: "", group: group ?? "", role: role ?? "", kind: "", object: "" } });
  const answers = useWatch({ control: form.control }) as GrantAnswers;
  const wish = grantWish(answers);
  const request = useAccountChange(saving<typeof wish>("/grants/"));
  const shown = useComplaints(form, request.error);
  const chosen = roles.data?.find(({ id }) => id === answers.role);
  return (
    <FormDialog
      title={t("admin.grants.create")}
      submit={t("admin.grants.create")}
      busy={request.isPending}
      disabled={wish === null}
      onSubmit={() =>
        request.mutate(wish, {
          onSuccess: () => {
            onClose();
            say({ variant: "success", title: t("admin.grants.given", { role: chosen?.name ?? "" }) });
          },
        })
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error ?? roles.error} shownFields={shown} />
      {mayPeople && !user && !group && (
        <FormGroup role="radiogroup" isInline label={t("admin.grants.whom")}>
          {(["user", "group"] as const).map((to) => (
            <Radio key={to} id={`grant-to-${to}`} name="to" label={t(`kind.${to}`)} isChecked={answers.to === to} onChange={() => form.setValue("to", to)} />
          ))}
        </FormGroup>
      )}
      {!mayPeople ? (
        <TextField form={form} name="username" label={t("admin.users.username")} required autoFocus autoComplete="off" />
      ) : answers.to === "user" ? (
        <Combobox
          form={form}
          name="user"
          label={t("kind.user")}
          required
          placeholder={t("admin.grants.byName")}
          choices={(users.data ?? []).map(({ id, username, name }) => ({ value: id, label: username, description: name || undefined }))}
          busy={users.isPending}
          none={t("admin.users.none")}
        />
      ) : (
        <Combobox
          form={form}
          name="group"
          label={t("kind.group")}
          required
          placeholder={t("admin.grants.byName")}
          choices={(groups.data ?? []).map(({ id, name, description }) => ({ value: id, label: name, description: description || undefined }))}
          busy={groups.isPending}
          none={t("admin.groups.none")}
        />
      )}
      <Combobox
        form={form}
        name="role"
        label={t("admin.roles.one")}
        required
        placeholder={t("admin.roles.choose")}
        choices={(roles.data ?? []).map(({ id, name, description }) => ({ value: id, label: name, description: t(`builtInRole.${name}`, { defaultValue: description }) || undefined }))}
        busy={roles.isPending}
        none={t("admin.roles.none")}
      />
      {chosen && (
        <Folded title={t("admin.grants.allows")} summary={t("permissions.count", { count: chosen.permissions.length })}>
          <PermissionList permissions={chosen.permissions} />
        </Folded>
      )}
      <ObjectPicker form={form} kind={answers.kind} />
    </FormDialog>
  );
}
