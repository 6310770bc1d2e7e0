import { Checkbox } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useToast } from "../../ui/toast";
import { useComplaints } from "../../ui/useComplaints";
import { saving, useAccountChange } from "../queries";
import type { User } from "../shapes";
import { PasswordField } from "./PasswordField";

/** Another password for somebody: their sessions end by it. */
export function PasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const form = useForm({ defaultValues: { password: "", mustChange: true } });
  const { password = "", mustChange = true } = useWatch({ control: form.control });
  const request = useAccountChange(saving<{ password: string; must_change_password: boolean }>("/users/", user.id));
  const shown = useComplaints(form, request.error);
  return (
    <FormDialog
      title={t("admin.users.passwordTitle", { name: user.username })}
      description={t("admin.users.passwordBody")}
      submit={t("admin.users.setPassword")}
      busy={request.isPending}
      disabled={password === ""}
      onSubmit={() =>
        request.mutate(
          { password, must_change_password: mustChange },
          {
            onSuccess: () => {
              onClose();
              say({ variant: "success", title: t("admin.users.passwordSet", { name: user.username }) });
            },
          },
        )
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error} shownFields={shown} />
      <PasswordField form={form} name="password" label={t("admin.users.newPassword")} required />
      <Checkbox id="must-change" label={t("admin.users.mustChange")} isChecked={mustChange} onChange={(_event, wanted) => form.setValue("mustChange", wanted)} />
    </FormDialog>
  );
}
