import { Grid, GridItem } from "@patternfly/react-core";
import { useForm, useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField, TextField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { posting, usePoolsToChoose } from "../queries";
import type { Pool } from "../shapes";
import type { VolumeDialogProps } from "./dialogs";
import { copyName, withEnding } from "./naming";

interface CopyForm {
  name: string;
  pool: string;
  format: string;
}

const CLONED = ["raw", "qcow2"];
const CONVERTED = ["qcow2", "raw", "vmdk", "vdi", "vpc", "qed"];

/** A copy of its own, in this pool or another of the host. */
export function CloneDialog({ volume, pool, onClose }: VolumeDialogProps) {
  const { t } = useTranslation();
  const form = useForm<CopyForm>({ defaultValues: { name: copyName(volume.name), pool: "", format: "" } });
  const values = useWatch({ control: form.control }) as CopyForm;
  const name = values.name.trim();
  return (
    <AskDialog
      title={t("storage.clone.title", { name: volume.name })}
      submit={t("storage.action.clone")}
      asking={posting(`/volumes/${volume.id}/clone/`)}
      wish={name === "" ? null : { name, ...(values.pool && { pool: values.pool }), ...(values.format && { format: values.format }) }}
      form={form}
      makes
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
      <Where form={form} pool={pool} formats={CLONED} optional />
    </AskDialog>
  );
}

/** The same content in another format, beside what is there. */
export function ConvertDialog({ volume, pool, onClose }: VolumeDialogProps) {
  const { t } = useTranslation();
  const first = CONVERTED.find((format) => format !== volume.format) ?? "qcow2";
  const form = useForm<CopyForm>({ defaultValues: { name: withEnding(volume.name, first), pool: "", format: first } });
  const values = useWatch({ control: form.control }) as CopyForm;
  const name = values.name.trim();
  return (
    <AskDialog
      title={t("storage.convert.title", { name: volume.name })}
      description={t("storage.convert.body")}
      submit={t("storage.action.convert")}
      asking={posting(`/volumes/${volume.id}/convert/`)}
      wish={name === "" ? null : { format: values.format, name, ...(values.pool && { pool: values.pool }) }}
      form={form}
      makes
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("name")} required autoComplete="off" />
      <Where
        form={form}
        pool={pool}
        formats={CONVERTED.filter((format) => format !== volume.format)}
        onFormat={(format) => !form.formState.dirtyFields.name && form.resetField("name", { defaultValue: withEnding(volume.name, format) })}
      />
    </AskDialog>
  );
}

interface WhereProps {
  form: UseFormReturn<CopyForm>;
  pool: Pool;
  formats: readonly string[];
  optional?: boolean;
  onFormat?: (format: string) => void;
}

function Where({ form, pool, formats, optional = false, onFormat }: WhereProps) {
  const { t } = useTranslation();
  const pools = usePoolsToChoose(pool.host.id);
  const others = (pools.data ?? []).filter(({ id }) => id !== pool.id);
  return (
    <Grid hasGutter>
      <GridItem sm={6}>
        <SelectField
          form={form}
          name="format"
          label={t("volume.format")}
          options={[...(optional ? [{ value: "", label: t("storage.sameFormat") }] : []), ...formats.map((value) => ({ value, label: value }))]}
          onPicked={onFormat}
        />
      </GridItem>
      <GridItem sm={6}>
        <SelectField form={form} name="pool" label={t("pool.one")} options={[{ value: "", label: pool.name }, ...others.map(({ id, name }) => ({ value: id, label: name }))]} />
      </GridItem>
    </Grid>
  );
}
