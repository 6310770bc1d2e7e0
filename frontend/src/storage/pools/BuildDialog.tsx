import { Checkbox } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { TextField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { posting } from "../queries";
import type { Pool } from "../shapes";

// Building these writes onto a device; the others make a folder.
const ON_DEVICES: readonly string[] = ["fs", "logical", "disk"];

/** Make the folder, the file system or the volume group that the pool lies in. */
export function BuildDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { overwrite: false, typed: "" } });
  const { overwrite = false, typed = "" } = useWatch({ control: form.control });
  return (
    <AskDialog
      title={t("storage.build.title", { name: pool.name })}
      submit={t("storage.action.build")}
      danger={overwrite}
      asking={posting(`/pools/${pool.id}/build/`)}
      wish={overwrite ? { overwrite } : {}}
      form={form}
      disabled={overwrite && typed !== pool.name}
      onClose={onClose}
    >
      <p>{t("storage.build.body", { place: pool.target || pool.source })}</p>
      {ON_DEVICES.includes(pool.type) && (
        <Checkbox
          id="build-overwrite"
          label={t("storage.build.overwrite")}
          description={t("storage.build.overwriteBody", { place: pool.source })}
          isChecked={overwrite}
          onChange={(_event, wanted) => form.setValue("overwrite", wanted)}
        />
      )}
      {overwrite && <TextField form={form} name="typed" label={t("delete.type", { name: pool.name })} autoComplete="off" required code />}
    </AskDialog>
  );
}
