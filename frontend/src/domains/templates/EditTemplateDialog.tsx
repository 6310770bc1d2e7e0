import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { FormDialog } from "../../ui/FormDialog";
import { useComplaints } from "../../ui/useComplaints";
import { TextField } from "../../ui/fields";
import { ProblemAlert } from "../../ui/Problems";
import { useEditTemplate } from "./queries";
import type { Template } from "./shapes";

/** Another name or description. */
export function EditTemplateDialog({ template, onClose }: { template: Template; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { name: template.name, description: template.description } });
  const edit = useEditTemplate(template.id);
  const shown = useComplaints(form, edit.error);
  return (
    <FormDialog
      title={t("template.editTitle", { name: template.name })}
      submit={t("save")}
      busy={edit.isPending}
      onSubmit={() => edit.mutate(form.getValues(), { onSuccess: onClose })}
      onClose={onClose}
    >
      <ProblemAlert error={edit.error} shownFields={shown} />
      <TextField form={form} name="name" label={t("name")} required autoFocus />
      <TextField form={form} name="description" label={t("domain.description")} lines={2} />
    </FormDialog>
  );
}
