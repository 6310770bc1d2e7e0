import type { ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { TextField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { deleting } from "../queries";
import type { Volume } from "../shapes";

/** A volume is gone for good, so its name is typed: the recycle bin is for virtual machines. `children`: what is lost. */
export function DeleteForGood({ volume, onClose, children }: { volume: Pick<Volume, "id" | "name">; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
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
      {children}
      <TextField form={form} name="typed" label={t("delete.type", { name: volume.name })} autoComplete="off" required code />
    </AskDialog>
  );
}
