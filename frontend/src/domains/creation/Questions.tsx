import { Checkbox, Grid, GridItem } from "@patternfly/react-core";
import type { ComponentProps } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { Host } from "../../api/types";
import { SelectField, TextField } from "../../ui/fields";
import { Combobox } from "../../ui/Combobox";
import type { CreationForm } from "./form";
import { useLibrary, type Image } from "./library";
import { LibraryOffer } from "./LibraryOffer";
import type { CreationOptions } from "./shapes";
import { Size } from "./Size";
import { Sources } from "./Sources";
import { TemplateField } from "./TemplateField";
import { VolumeField } from "./VolumeField";

interface QuestionsProps {
  form: UseFormReturn<CreationForm>;
  values: CreationForm;
  hosts: readonly Host[];
  options: CreationOptions | undefined;
}

/** What has to be asked: where, from what, which system, how large, how it is called. Who sees no hosts takes a template. */
export function Questions({ form, values, hosts, options }: QuestionsProps) {
  const { t } = useTranslation();
  const { source } = values;
  const driver = hosts.find((each) => each.id === values.host)?.driver;
  return (
    <>
      <Grid hasGutter>
        {source !== "xml" && (
          <GridItem md={6}>
            <TextField form={form} name="name" label={t("name")} required autoComplete="off" autoFocus />
          </GridItem>
        )}
        {hosts.length > 0 && (
          <GridItem md={6}>
            <SelectField
              form={form}
              name="host"
              label={t("host.one")}
              required
              options={[{ value: "", label: t("creation.chooseHost") }, ...hosts.map(({ id, name }) => ({ value: id, label: name }))]}
            />
          </GridItem>
        )}
      </Grid>
      {hosts.length > 0 && <Sources form={form} chosen={source} driver={driver} />}
      <Medium form={form} values={values} options={options} />
      {asksForSystem(source) && (
        <Combobox
          form={form}
          name="os"
          label={t("creation.os")}
          help={t("creation.osHelp")}
          placeholder={t("creation.osUnset")}
          choices={(options?.os ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          busy={options === undefined && values.host !== ""}
          none={t(values.host ? "creation.osNone" : "creation.hostFirst")}
        />
      )}
      {source === "cloud" && <FirstUser form={form} />}
      {source !== "xml" && <Size form={form} values={values} options={options} />}
    </>
  );
}

/** What the source needs to be told beyond its kind. */
function Medium({ form, values, options }: Omit<QuestionsProps, "hosts">) {
  const { t } = useTranslation();
  const shared = { form, host: values.host };
  switch (values.source) {
    case "iso":
      return <FromLibrary {...shared} kind="iso" name="iso" label={t("creation.iso")} volumes={options?.media} none={t("creation.noISO")} />;
    case "cloud":
      return <FromLibrary {...shared} kind="disk" name="cloud_image" label={t("creation.cloudImage")} help={t("creation.cloudImageHelp")} volumes={options?.volumes} />;
    case "disk":
      return (
        <>
          <VolumeField {...shared} name="volume" label={t("creation.volume")} volumes={options?.volumes} />
          <Checkbox
            id="creation-copy"
            label={t("creation.copy")}
            description={t("creation.copyBody")}
            isChecked={values.copy}
            onChange={(_event, copy) => form.setValue("copy", copy, { shouldDirty: true })}
          />
        </>
      );
    case "template":
      return <TemplateField form={form} values={values} />;
    case "container":
      return (
        <Grid hasGutter>
          <GridItem md={6}>
            <VolumeField {...shared} required={false} name="root.volume" label={t("creation.rootVolume")} help={t("creation.rootVolumeHelp")} volumes={options?.volumes} />
          </GridItem>
          <GridItem md={6}>
            <TextField form={form} name="root.path" label={t("creation.rootPath")} help={t("creation.rootPathHelp")} placeholder="/srv/containers/web" code />
          </GridItem>
        </Grid>
      );
    case "kernel":
      return (
        <Grid hasGutter>
          <GridItem md={6}>
            <VolumeField {...shared} name="kernel.kernel" label={t("creation.kernel")} volumes={options?.volumes} />
          </GridItem>
          <GridItem md={6}>
            <VolumeField {...shared} required={false} name="kernel.initrd" label={t("creation.initrd")} volumes={options?.volumes} />
          </GridItem>
          <GridItem>
            <TextField form={form} name="kernel.cmdline" label={t("creation.cmdline")} placeholder="console=ttyS0" code />
          </GridItem>
        </Grid>
      );
    case "xml":
      return <TextField form={form} name="xml" label={t("creation.xml")} help={t("creation.xmlHelp")} required lines={XML_LINES} code />;
    default:
      return null;
  }
}

/** A volume of the host, those of the library first, and what the library has elsewhere. */
function FromLibrary({ kind, ...field }: ComponentProps<typeof VolumeField> & { kind: Image["kind"] }) {
  const { data: images = NO_IMAGES } = useLibrary(kind, field.host !== "");
  return (
    <>
      <VolumeField {...field} images={images} />
      <LibraryOffer images={images} host={field.host} />
    </>
  );
}

const NO_IMAGES: readonly Image[] = [];

/** Without one of these nobody could sign in to a cloud image. */
function FirstUser({ form }: { form: UseFormReturn<CreationForm> }) {
  const { t } = useTranslation();
  return (
    <Grid hasGutter>
      <GridItem md={6}>
        <TextField form={form} name="cloud_init.user" label={t("creation.user")} help={t("creation.userHelp")} autoComplete="off" />
      </GridItem>
      <GridItem md={6}>
        <TextField form={form} name="cloud_init.password" label={t("creation.password")} type="password" autoComplete="new-password" />
      </GridItem>
      <GridItem>
        <TextField form={form} name="cloud_init.ssh_keys" label={t("creation.sshKeys")} help={t("creation.sshKeysHelp")} lines={2} code />
      </GridItem>
    </Grid>
  );
}

const XML_LINES = 14;

const asksForSystem = (source: CreationForm["source"]): boolean => !["xml", "container", "template"].includes(source);
