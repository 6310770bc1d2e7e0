import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { TextField } from "../../ui/fields";
import { bytes } from "../../ui/format";
import { AskDialog } from "../AskDialog";
import { deleting } from "../queries";
import type { VolumeDialogProps } from "./dialogs";

/** It is gone for good: the recycle bin is for virtual machines. */
export function DeleteVolumeDialog({ volume, pool, onClose }: VolumeDialogProps) {
  const { t, i18n } = useTranslation();
  const form = useForm({ defaultValues: { typed: "" } });
  const { typed = "" } = useWatch({ control: form.control });
  return (
    <AskDialog
      title={t("delete.title", { name: volume.name })}
      submit={t("delete.submit")}
      danger
      asking={deleting(`/volumes/${volume.id}/`)}
      wish={{}}
      form={form}
      disabled={typed !== volume.name}
      onClose={onClose}
    >
      <p>{t("storage.volume.lost", { name: volume.name, pool: pool.name, host: pool.host.name, size: bytes(volume.allocation_bytes, i18n.language) })}</p>
      <p>
        <code className="ol-break">{volume.path}</code>
      </p>
      <TextField form={form} name="typed" label={t("delete.type", { name: volume.name })} autoComplete="off" required code />
    </AskDialog>
  );
}
