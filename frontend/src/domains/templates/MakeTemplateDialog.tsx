import { FormGroup, Radio } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { Domain, Job } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { SelectField, TextField } from "../../ui/fields";
import { ProblemAlert } from "../../ui/Problems";
import { FormDialog } from "../../ui/FormDialog";
import { useComplaints } from "../../ui/useComplaints";
import { makeTemplate, makeVersion, useTemplates } from "./queries";

interface Asked {
  name: string;
  template: string;
  description: string;
  notes: string;
}

/** A template made of a domain that is off, or the next version of one. */
export function MakeTemplateDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { t } = useTranslation();
  const [next, setNext] = useState(false);
  const form = useForm<Asked>({ defaultValues: { name: domain.name, template: "", description: "", notes: "" } });
  const values = useWatch({ control: form.control }) as Asked;
  const templates = useTemplates({ host: domain.host.id, limit: 100, ordering: "name" });
  const found = templates.data?.results ?? [];
  const request = useJobRequest<Asked>((asked): Promise<Job> => {
    const notes = asked.notes.trim();
    return next
      ? makeVersion({ template: asked.template, domain: domain.id, notes })
      : makeTemplate({ name: asked.name.trim(), domain: domain.id, description: asked.description.trim(), notes });
  });
  const shown = useComplaints(form, request.error);
  return (
    <FormDialog
      title={t("template.makeTitle", { name: domain.name })}
      description={t("template.makeBody")}
      submit={t("template.make")}
      busy={request.isPending}
      disabled={next ? values.template === "" : values.name.trim() === ""}
      onSubmit={() => request.mutate(values, { onSuccess: onClose })}
      onClose={onClose}
    >
      <ProblemAlert error={request.error} shownFields={shown} />
      {found.length > 0 && (
        <FormGroup role="radiogroup" isInline label={t("template.what")}>
          <Radio id="template-new" name="what" label={t("template.asNew")} isChecked={!next} onChange={() => setNext(false)} />
          <Radio id="template-next" name="what" label={t("template.asVersion")} isChecked={next} onChange={() => setNext(true)} />
        </FormGroup>
      )}
      {next ? (
        <SelectField
          form={form}
          name="template"
          label={t("template.one")}
          required
          options={[{ value: "", label: t("creation.chooseTemplate") }, ...found.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      ) : (
        <>
          <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
          <TextField form={form} name="description" label={t("domain.description")} lines={2} />
        </>
      )}
      <TextField form={form} name="notes" label={t("template.notes")} help={t("template.notesHelp")} autoComplete="off" />
    </FormDialog>
  );
}
