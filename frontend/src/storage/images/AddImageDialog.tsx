import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { TextField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { posting } from "../queries";
import type { VolumeDialogProps } from "../volumes/dialogs";

/** Put a volume into the library: its system is recognised, and others find it. */
export function AddImageDialog({ volume, onClose }: VolumeDialogProps) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { name: volume.name, os: "", description: "" } });
  const { name = "", os = "", description = "" } = useWatch({ control: form.control });
  return (
    <AskDialog
      title={t("image.addTitle", { name: volume.name })}
      description={t("image.addBody")}
      submit={t("image.addSubmit")}
      asking={posting("/images/")}
      wish={name.trim() === "" ? null : { volume: volume.id, name: name.trim(), ...(os.trim() && { os: os.trim() }), ...(description.trim() && { description: description.trim() }) }}
      form={form}
      makes
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
      <TextField form={form} name="os" label={t("image.os")} placeholder={t("image.osFound")} help={t("image.osHelp")} autoComplete="off" code />
      <TextField form={form} name="description" label={t("domain.description")} lines={2} />
    </AskDialog>
  );
}
