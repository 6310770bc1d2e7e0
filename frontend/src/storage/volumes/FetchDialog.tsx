import { Grid, GridItem } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField, TextField } from "../../ui/fields";
import { AskDialog } from "../AskDialog";
import { posting } from "../queries";
import type { Pool } from "../shapes";
import { FORMATS } from "../uploads/names";
import { nameInURL } from "./naming";

/** Have it fetched from an address: it does not come through this computer. */
export function FetchDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { url: "", name: "", format: "", sha256: "" } });
  const values = useWatch({ control: form.control });
  const url = (values.url ?? "").trim();
  const suggested = nameInURL(url);
  const name = (values.name ?? "").trim() || suggested;
  const sum = (values.sha256 ?? "").trim();
  const ready = /^https?:\/\/./.test(url) && name !== "";
  return (
    <AskDialog
      title={t("storage.fetch.title", { name: pool.name })}
      description={t("storage.fetch.body")}
      submit={t("storage.fetch.submit")}
      asking={posting(`/pools/${pool.id}/fetch/`)}
      wish={ready ? { url, name, ...(values.format && { format: values.format }), ...(sum && { sha256: sum.toLowerCase() }) } : null}
      form={form}
      makes
      onClose={onClose}
    >
      <TextField form={form} name="url" label={t("storage.fetch.url")} required autoFocus autoComplete="off" placeholder="https://" code />
      <Grid hasGutter>
        <GridItem sm={8}>
          <TextField form={form} name="name" label={t("name")} placeholder={suggested} autoComplete="off" />
        </GridItem>
        <GridItem sm={4}>
          <SelectField
            form={form}
            name="format"
            label={t("volume.format")}
            options={[{ value: "", label: t("storage.asItIs") }, ...FORMATS.map((value) => ({ value, label: value }))]}
          />
        </GridItem>
      </Grid>
      <TextField form={form} name="sha256" label={t("storage.sha256")} help={t("storage.sha256Help")} autoComplete="off" code />
    </AskDialog>
  );
}
