import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField, TextField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { patching, posting } from "../queries";
import type { VolumeDialogProps } from "./dialogs";

export function RenameDialog({ volume, onClose }: VolumeDialogProps) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { name: volume.name } });
  const name = (useWatch({ control: form.control }).name ?? "").trim();
  return (
    <AskDialog
      title={t("storage.rename.title", { name: volume.name })}
      submit={t("storage.action.rename")}
      asking={patching(`/volumes/${volume.id}/`)}
      wish={name === "" || name === volume.name ? null : { name }}
      form={form}
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
    </AskDialog>
  );
}

/** Give back to the pool what the volume holds but does not use. */
export function SparsifyDialog({ volume, onClose }: VolumeDialogProps) {
  const { t } = useTranslation();
  const form = useForm();
  return (
    <AskDialog
      title={t("storage.sparsify.title", { name: volume.name })}
      submit={t("storage.action.sparsify")}
      asking={posting(`/volumes/${volume.id}/sparsify/`)}
      wish={{}}
      form={form}
      onClose={onClose}
    >
      <p>{t("storage.sparsify.body")}</p>
    </AskDialog>
  );
}

// The others want a program on the host that few have; the server says so.
const ALGORITHMS = ["zero", "random", "trim", "nnsa", "dod", "bsi", "gutmann", "schneier", "pfitzner7", "pfitzner33"];

/** Write over all that is in it. No recycle bin brings that back. */
export function WipeDialog({ volume, pool, onClose }: VolumeDialogProps) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { algorithm: "zero", typed: "" } });
  const { algorithm = "zero", typed = "" } = useWatch({ control: form.control });
  return (
    <AskDialog
      title={t("storage.wipe.title", { name: volume.name })}
      submit={t("storage.action.wipe")}
      danger
      asking={posting(`/volumes/${volume.id}/wipe/`)}
      wish={{ algorithm }}
      form={form}
      disabled={typed !== volume.name}
      onClose={onClose}
    >
      <p>{t("storage.wipe.body", { name: volume.name, pool: pool.name })}</p>
      <SelectField form={form} name="algorithm" label={t("storage.wipe.algorithm")} options={ALGORITHMS.map((value) => ({ value, label: value }))} />
      <TextField form={form} name="typed" label={t("delete.type", { name: volume.name })} autoComplete="off" required code />
    </AskDialog>
  );
}
