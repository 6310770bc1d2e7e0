import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { ManyChoice } from "../../ui/ManyChoice";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import { saving, useAccountChange, useAllUsers } from "../queries";
import type { Group, GroupWish } from "../shapes";

/** A new group, or its name and who is in it. */
export function GroupDialog({ group, onClose }: { group?: Group; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const users = useAllUsers();
  const form = useForm({ defaultValues: { name: group?.name ?? "", description: group?.description ?? "", users: group?.users.map(({ id }) => id) ?? [] } });
  const { name = "", description = "", users: members = [] } = useWatch({ control: form.control });
  const request = useAccountChange(saving<GroupWish>("/groups/", group?.id));
  const shown = useComplaints(form, request.error);
  return (
    <FormDialog
      title={group ? t("admin.groups.editTitle", { name: group.name }) : t("admin.groups.create")}
      submit={t(group ? "save" : "admin.groups.create")}
      busy={request.isPending}
      disabled={name.trim() === ""}
      onSubmit={() =>
        request.mutate(
          { name: name.trim(), description: description.trim(), users: [...members] },
          {
            onSuccess: ({ id }) => {
              onClose();
              if (!group) void navigate(`/admin/groups/${id}`);
            },
          },
        )
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error} shownFields={shown} />
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
      <TextField form={form} name="description" label={t("domain.description")} autoComplete="off" />
      <ManyChoice
        label={t("admin.groups.members")}
        placeholder={t("admin.groups.chooseMembers")}
        choices={users.data?.map(({ id, username, name: called }) => ({ id, name: called ? `${username} (${called})` : username }))}
        chosen={members}
        onChange={(chosen) => form.setValue("users", [...chosen])}
      />
    </FormDialog>
  );
}
