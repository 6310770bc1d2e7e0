import { Switch } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { TextField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { patching } from "../queries";
import type { Pool } from "../shapes";

/** Its name, and whether it starts with its host. */
export function EditPoolDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { name: pool.name, autostart: pool.autostart } });
  const { name = "", autostart = false } = useWatch({ control: form.control });
  const changes = { ...(name.trim() !== pool.name && { name: name.trim() }), ...(autostart !== pool.autostart && { autostart }) };
  const stopped = pool.state === "inactive";
  return (
    <AskDialog
      title={t("storage.edit.title", { name: pool.name })}
      submit={t("save")}
      asking={patching(`/pools/${pool.id}/`)}
      wish={Object.keys(changes).length > 0 && name.trim() !== "" ? changes : null}
      form={form}
      onClose={onClose}
    >
      {stopped ? <TextField form={form} name="name" label={t("name")} required autoComplete="off" /> : <p className="ol-quiet">{t("storage.edit.renameStopped")}</p>}
      <Switch id="pool-autostart" label={t("storage.autostart")} isChecked={autostart} onChange={(_event, wanted) => form.setValue("autostart", wanted)} />
    </AskDialog>
  );
}
