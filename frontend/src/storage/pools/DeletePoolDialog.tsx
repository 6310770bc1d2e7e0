import { FormGroup, Radio } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { TextField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { deleting } from "../queries";
import type { Pool } from "../shapes";

// What lies below these, the node can remove: a folder, a volume group.
const REMOVABLE: readonly string[] = ["dir", "fs", "netfs", "logical", "zfs", "vstorage"];

/** Forget the pool, or remove what lies below it as well, which nothing brings back. */
export function DeletePoolDialog({ pool, onClose, onDeleted }: { pool: Pool; onClose: () => void; onDeleted?: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { storage: false, typed: "" } });
  const { storage = false, typed = "" } = useWatch({ control: form.control });
  const place = pool.target || pool.source;
  return (
    <AskDialog
      title={t("delete.title", { name: pool.name })}
      submit={t("delete.submit")}
      danger
      asking={deleting(`/pools/${pool.id}/`)}
      wish={storage ? { storage: true } : {}}
      form={form}
      disabled={storage && typed !== pool.name}
      onDone={onDeleted}
      onClose={onClose}
    >
      <p>{t(storage ? "storage.remove.lost" : "storage.remove.kept", { count: pool.volumes, host: pool.host.name, place, name: pool.name })}</p>
      {REMOVABLE.includes(pool.type) && (
        <FormGroup role="radiogroup" isStack label={t("storage.remove.how")}>
          <Radio
            id="delete-definition"
            name="how"
            label={t("storage.remove.definition")}
            description={t("storage.remove.definitionBody")}
            isChecked={!storage}
            onChange={() => form.setValue("storage", false)}
          />
          <Radio
            id="delete-storage"
            name="how"
            label={t("storage.remove.storage")}
            description={<span className="ol-break">{t("storage.remove.storageBody", { place })}</span>}
            isChecked={storage}
            onChange={() => form.setValue("storage", true)}
          />
        </FormGroup>
      )}
      {storage && <TextField form={form} name="typed" label={t("delete.type", { name: pool.name })} autoComplete="off" required code />}
    </AskDialog>
  );
}
