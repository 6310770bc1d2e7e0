import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { posting, usePoolsToChoose } from "../queries";
import type { Image } from "../shapes";

/** Put a copy into another pool: the content goes from host to host. */
export function CopyImageDialog({ image, onClose }: { image: Image; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { pool: "" } });
  const { pool = "" } = useWatch({ control: form.control });
  const pools = usePoolsToChoose();
  const has = new Set(image.copies.map((copy) => copy.pool.id));
  return (
    <AskDialog
      title={t("image.copyTitle", { name: image.name })}
      submit={t("image.copySubmit")}
      asking={posting(`/images/${image.id}/copy/`)}
      wish={pool === "" ? null : { pool }}
      form={form}
      makes
      onClose={onClose}
    >
      <SelectField
        form={form}
        name="pool"
        label={t("pool.one")}
        required
        options={[
          { value: "", label: t("storage.choosePool") },
          ...(pools.data ?? []).filter(({ id }) => !has.has(id)).map(({ id, name, host }) => ({ value: id, label: t("storage.poolOn", { name, host: host.name }) })),
        ]}
      />
    </AskDialog>
  );
}
