import { Grid, GridItem } from "@patternfly/react-core";
import { useEffect } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField } from "../../ui/fields";
import { Combobox } from "../../ui/Combobox";
import type { CreationForm } from "./form";
import { useTemplatesToChoose } from "./queries";

/** Which template, in which of its versions. It lies on one host, which then is the place. */
export function TemplateField({ form, values }: { form: UseFormReturn<CreationForm>; values: CreationForm }) {
  const { t } = useTranslation();
  const templates = useTemplatesToChoose(true);
  const chosen = templates.data?.find(({ id }) => id === values.template);
  // An address may name the template alone.
  const place = values.host === "" ? chosen?.host.id : undefined;
  const { setValue } = form;
  useEffect(() => {
    if (place) setValue("host", place);
  }, [place, setValue]);
  return (
    <Grid hasGutter>
      <GridItem md={6}>
        <Combobox
          form={form}
          name="template"
          label={t("template.one")}
          required
          placeholder={t("creation.chooseTemplate")}
          busy={templates.isPending}
          none={t("template.none")}
          choices={(templates.data ?? []).map(({ id, name, host, description }) => ({ value: id, label: name, description: description || host.name }))}
          onPicked={(picked) => {
            form.setValue("template_version", "");
            const host = templates.data?.find(({ id }) => id === picked)?.host.id;
            if (host) form.setValue("host", host, { shouldDirty: true });
          }}
        />
      </GridItem>
      <GridItem md={6}>
        <SelectField
          form={form}
          name="template_version"
          label={t("template.version")}
          options={[
            { value: "", label: t("template.newest") },
            ...(chosen?.versions ?? []).filter(({ ready }) => ready).map(({ number, notes }) => ({ value: String(number), label: notes ? `${number}: ${notes}` : String(number) })),
          ]}
        />
      </GridItem>
    </Grid>
  );
}
