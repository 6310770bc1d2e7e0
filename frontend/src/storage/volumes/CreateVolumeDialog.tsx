import { Grid, GridItem, Switch } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { BytesField } from "../../ui/BytesInput";
import { Combobox } from "../../ui/Combobox";
import { SelectField, TextField } from "../../ui/fields";
import { Folded } from "../../ui/Folded";
import { AskDialog } from "../AskDialog";
import { posting, useVolumesToChoose } from "../queries";
import type { Pool } from "../shapes";
import { NEW_VOLUME, volumeFieldOf, volumeSpec, withoutPassphrase, type VolumeForm } from "./volumeForm";

const FILES: readonly string[] = ["dir", "fs", "netfs", "gluster", "vstorage"];

/** A name and a size; the rest is folded. */
export function CreateVolumeDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation();
  const files = FILES.includes(pool.type);
  const form = useForm<VolumeForm>({ defaultValues: { ...NEW_VOLUME, format: files ? "qcow2" : "" } });
  const values = useWatch({ control: form.control }) as VolumeForm;
  const volumes = useVolumesToChoose(pool.id, files && values.format === "qcow2");
  const { errors } = form.formState;
  const summary = [
    values.backing && t("storage.over", { name: volumes.data?.find(({ id }) => id === values.backing)?.name ?? "" }),
    t(`storage.preallocation.${values.preallocation}`),
    values.encrypted && t("storage.encrypted"),
  ];
  return (
    <AskDialog
      title={t("storage.volume.createIn", { name: pool.name })}
      submit={t("storage.volume.submit")}
      asking={posting(`/pools/${pool.id}/volumes/`)}
      wish={volumeSpec(values)}
      form={form}
      fieldOf={volumeFieldOf}
      told={withoutPassphrase}
      makes
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
      <Grid hasGutter>
        <GridItem sm={files ? 7 : 12}>
          <BytesField form={form} name="capacity_bytes" label={t("volume.capacity")} required={values.backing === ""} help={values.backing === "" ? undefined : t("storage.volume.sizeOfBacking")} />
        </GridItem>
        {files && (
          <GridItem sm={5}>
            <SelectField
              form={form}
              name="format"
              label={t("volume.format")}
              options={["qcow2", "raw"].map((value) => ({ value, label: value }))}
              onPicked={(format) => format !== "qcow2" && form.setValue("backing", "")}
            />
          </GridItem>
        )}
      </Grid>
      <Folded title={t("storage.more")} summary={summary.filter(Boolean).join(" · ")} troubled={Boolean(errors.backing ?? errors.preallocation ?? errors.passphrase)}>
        <SelectField
          form={form}
          name="preallocation"
          label={t("storage.preallocation.title")}
          help={t("storage.preallocation.help")}
          options={(["off", "metadata", "full"] as const).map((value) => ({ value, label: t(`storage.preallocation.${value}`) }))}
        />
        {values.format === "qcow2" && (
          <Combobox
            form={form}
            name="backing"
            label={t("storage.volume.backing")}
            help={t("storage.volume.backingHelp")}
            placeholder={t("creation.chooseVolume")}
            busy={volumes.isPending}
            none={t("volume.none")}
            choices={(volumes.data ?? []).map(({ id, name, format }) => ({ value: id, label: name, description: format }))}
          />
        )}
        <Switch id="volume-encrypted" label={t("storage.volume.encrypt")} isChecked={values.encrypted} onChange={(_event, encrypted) => form.setValue("encrypted", encrypted)} />
        {values.encrypted && <TextField form={form} name="passphrase" label={t("storage.volume.passphrase")} help={t("storage.volume.passphraseHelp")} type="password" autoComplete="new-password" required />}
      </Folded>
    </AskDialog>
  );
}
