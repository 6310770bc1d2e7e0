import { Checkbox } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { ManyChoice } from "../../ui/ManyChoice";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import { saving, useAccountChange, useAllGroups } from "../queries";
import type { User } from "../shapes";
import { PasswordField } from "./PasswordField";
import { userWish, type UserAnswers } from "./userWish";

/** A new user, or what somebody is called and which groups they are in. */
export function UserDialog({ user, onClose }: { user?: User; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const groups = useAllGroups();
  const form = useForm<UserAnswers>({
    defaultValues: {
      username: user?.username ?? "",
      name: user?.name ?? "",
      password: "",
      mustChange: true,
      groups: user?.groups.map(({ id }) => id) ?? [],
    },
  });
  const answers = useWatch({ control: form.control }) as UserAnswers;
  const wish = userWish(answers, user);
  const request = useAccountChange(saving<typeof wish>("/users/", user?.id));
  const shown = useComplaints(form, request.error);
  return (
    <FormDialog
      title={user ? t("admin.users.editTitle", { name: user.username }) : t("admin.users.create")}
      submit={t(user ? "save" : "admin.users.create")}
      busy={request.isPending}
      disabled={wish === null}
      onSubmit={() =>
        request.mutate(wish, {
          onSuccess: ({ id }) => {
            onClose();
            if (!user) void navigate(`/admin/users/${id}`);
          },
        })
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error} shownFields={shown} />
      <TextField form={form} name="username" label={t("admin.users.username")} help={t("admin.users.usernameHelp")} required autoFocus autoComplete="off" />
      <TextField form={form} name="name" label={t("admin.users.name")} help={t("admin.users.nameHelp")} autoComplete="off" />
      {!user && (
        <>
          <PasswordField form={form} name="password" label={t("signIn.password")} help={t("admin.users.passwordHelp")} />
          {answers.password !== "" && (
            <Checkbox id="must-change" label={t("admin.users.mustChange")} isChecked={answers.mustChange} onChange={(_event, wanted) => form.setValue("mustChange", wanted)} />
          )}
        </>
      )}
      <ManyChoice
        label={t("admin.groups.many")}
        placeholder={t("admin.groups.choose")}
        choices={groups.data}
        chosen={answers.groups}
        help={groups.data?.length === 0 ? t("admin.groups.noneToChoose") : undefined}
        complaint={form.formState.errors.groups?.message}
        onChange={(chosen) => form.setValue("groups", [...chosen])}
      />
    </FormDialog>
  );
}
