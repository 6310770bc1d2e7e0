import { Alert, Checkbox } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { BytesField } from "../../ui/BytesInput";
import { bytes } from "../../ui/format";
import { bytesOf, bytesText } from "../../ui/sizes";
import { AskDialog } from "../AskDialog";
import { posting } from "../queries";
import type { VolumeDialogProps } from "./dialogs";

/** Another size. Smaller takes what lies beyond the new end, so that has to be said. */
export function ResizeDialog({ volume, onClose }: VolumeDialogProps) {
  const { t, i18n } = useTranslation();
  const form = useForm({ defaultValues: { capacity_bytes: bytesText(volume.capacity_bytes), force: false } });
  const { capacity_bytes = "", force = false } = useWatch({ control: form.control });
  const size = bytesOf(capacity_bytes);
  const smaller = size !== null && size < volume.capacity_bytes;
  const ready = size !== null && size > 0 && size !== volume.capacity_bytes && (!smaller || force);
  return (
    <AskDialog
      title={t("storage.resize.title", { name: volume.name })}
      submit={t("storage.action.resize")}
      danger={smaller}
      asking={posting(`/volumes/${volume.id}/resize/`)}
      wish={ready ? { capacity_bytes: size, ...(smaller && { force }) } : null}
      form={form}
      onClose={onClose}
    >
      <BytesField form={form} name="capacity_bytes" label={t("volume.capacity")} required help={t("storage.resize.now", { size: bytes(volume.capacity_bytes, i18n.language) })} />
      {smaller && (
        <>
          <Alert isInline variant="warning" title={t("storage.resize.lost", { size: bytes(volume.capacity_bytes - size, i18n.language), name: volume.name })} />
          <Checkbox id="resize-force" label={t("storage.resize.force")} isChecked={force} onChange={(_event, wanted) => form.setValue("force", wanted)} />
        </>
      )}
    </AskDialog>
  );
}
