import { FormGroup, Grid, GridItem, Radio, Switch } from "@patternfly/react-core";
import { useForm, useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField, TextField } from "../../ui/fields";
import { Folded } from "../../ui/Folded";
import { ProblemAlert } from "../../ui/Problems";
import { AskDialog } from "../AskDialog";
import { posting, useHostsToChoose, usePoolOptions } from "../queries";
import type { PoolType } from "../shapes";
import { Discovery } from "./Discovery";
import { EMPTY, fieldOf, hasPart, needsPart, poolSpec, withoutSecret, type PoolForm } from "./poolForm";

const CREATE = posting("/pools/");

/** A storage of a host that is not used yet, or not there yet: first where, then of which kind, then what that needs. */
export default function CreatePoolDialog({ host, onClose }: { host?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const hosts = useHostsToChoose();
  const form = useForm<PoolForm>({ defaultValues: { ...EMPTY, host: host ?? "" } });
  const values = useWatch({ control: form.control }) as PoolForm;
  const only = hosts.data?.length === 1 ? hosts.data[0]?.id : undefined;
  const chosenHost = values.host || (only ?? "");
  const options = usePoolOptions(chosenHost);
  const answered = { ...values, host: chosenHost };
  const type = options.data?.types.find((each) => each.type === values.type);
  return (
    <AskDialog
      title={t("storage.create.title")}
      description={t("storage.create.body")}
      submit={t("storage.create.submit")}
      asking={CREATE}
      wish={poolSpec(answered, type)}
      form={form}
      fieldOf={fieldOf}
      told={withoutSecret}
      danger={type?.overwrites && values.build === "overwrite"}
      makes
      wide
      onClose={onClose}
    >
      <ProblemAlert error={hosts.error ?? options.error} />
      <Grid hasGutter>
        <GridItem sm={6}>
          <SelectField
            form={form}
            name="host"
            label={t("host.one")}
            required
            options={[...(only ? [] : [{ value: "", label: t("creation.chooseHost") }]), ...(hosts.data ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
          />
        </GridItem>
        <GridItem sm={6}>
          <SelectField
            form={form}
            name="type"
            label={t("type")}
            help={t(`storage.typeHelp.${values.type}`, { defaultValue: "" })}
            options={(options.data?.types.filter(({ supported }) => supported) ?? [{ type: values.type }]).map(({ type: value }) => ({ value, label: t(`storage.type.${value}`, { defaultValue: value }) }))}
            onPicked={(picked) => {
              form.setValue("format", "");
              // A folder is made as a matter of course; a device is left as it is until somebody says otherwise.
              const onDevice = options.data?.types.find((each) => each.type === picked)?.overwrites;
              form.setValue("build", onDevice ? "none" : "build");
            }}
          />
        </GridItem>
        <GridItem>
          <TextField form={form} name="name" label={t("name")} required autoComplete="off" />
        </GridItem>
      </Grid>
      {type && <Parts form={form} values={answered} type={type} roots={options.data?.roots ?? []} />}
    </AskDialog>
  );
}

interface PartsProps {
  form: UseFormReturn<PoolForm>;
  values: PoolForm;
  type: PoolType;
  /** Below these folders pools may lie. */
  roots: readonly string[];
}

/** The fields of the kind that is chosen, and nothing else. */
function Parts({ form, values, type, roots }: PartsProps) {
  const { t } = useTranslation();
  const has = (part: string) => hasPart(type, part);
  const needs = (part: string) => needsPart(type, part);
  const iqn = type.type.startsWith("iscsi"); // its device is the name of an iSCSI target
  return (
    <>
      {has("hosts") && (
        <TextField
          form={form}
          name="hosts"
          label={t(type.many_hosts ? "storage.field.hosts" : "storage.field.server")}
          help={t(type.many_hosts ? "storage.field.hostsHelp" : "storage.field.serverHelp")}
          required={needs("hosts")}
          lines={type.many_hosts ? 2 : undefined}
          placeholder="nas1.example.org"
          code
        />
      )}
      {type.discovers && <Discovery form={form} values={values} type={type} />}
      {has("name") && <TextField form={form} name="source_name" label={t(`storage.field.name.${type.type}`, { defaultValue: t("storage.field.sourceName") })} required={needs("name")} code />}
      {has("dir") && <TextField form={form} name="dir" label={t("storage.field.dir")} help={t("storage.field.dirHelp")} required={needs("dir")} placeholder="/export/images" code />}
      {has("devices") && (
        <TextField
          form={form}
          name="devices"
          label={t(iqn ? "storage.field.iqn" : type.many_devices ? "storage.field.devices" : "storage.field.device")}
          help={t(iqn ? "storage.field.iqnHelp" : type.many_devices ? "storage.field.devicesHelp" : "storage.field.deviceHelp")}
          required={needs("devices")}
          lines={type.many_devices ? 2 : undefined}
          placeholder={iqn ? "iqn.2026-01.org.example:disks" : "/dev/sdb"}
          code
        />
      )}
      {has("initiator") && (
        <TextField form={form} name="initiator" label={t("storage.field.initiator")} help={t("storage.field.initiatorHelp")} required={needs("initiator")} placeholder="iqn.2026-01.org.example:host1" code />
      )}
      {has("adapter") && <TextField form={form} name="adapter" label={t("storage.field.adapter")} help={t("storage.field.adapterHelp")} required={needs("adapter")} placeholder="host0" code />}
      {has("target") && needs("target") && <Target form={form} type={type} roots={roots} />}
      {type.formats.length > 0 && (
        <SelectField
          form={form}
          name="format"
          label={t("storage.field.format")}
          options={[{ value: "", label: type.default_format ? t("storage.field.usual", { value: type.default_format }) : t("creation.default") }, ...type.formats.map((value) => ({ value, label: value }))]}
        />
      )}
      {has("auth") && type.auth && (
        <Folded title={t("storage.field.auth")} summary={values.username || t("storage.field.authNone")} troubled={form.formState.errors.username !== undefined || form.formState.errors.secret !== undefined}>
          <TextField form={form} name="username" label={t("storage.field.username")} autoComplete="off" />
          <TextField form={form} name="secret" label={t("storage.field.secret")} type="password" autoComplete="new-password" help={t("storage.field.secretHelp")} />
        </Folded>
      )}
      {type.builds && <Building form={form} values={values} type={type} />}
      <Folded title={t("storage.more")} summary={[t(values.autostart ? "storage.autostart" : "storage.noAutostart"), !needs("target") && values.target].filter(Boolean).join(" · ")}>
        <Switch id="create-pool-autostart" label={t("storage.autostart")} isChecked={values.autostart} onChange={(_event, autostart) => form.setValue("autostart", autostart)} />
        {has("target") && !needs("target") && <Target form={form} type={type} roots={roots} />}
      </Folded>
    </>
  );
}

function Target({ form, type, roots }: Omit<PartsProps, "values">) {
  const { t } = useTranslation();
  return (
    <TextField
      form={form}
      name="target"
      label={t("storage.field.target")}
      help={roots.length > 0 ? t("storage.field.targetBelow", { roots: roots.join(", ") }) : t("storage.field.targetHelp")}
      required={needsPart(type, "target")}
      placeholder={type.target || `${roots[0] ?? "/var/lib/libvirt/images"}/new`}
      code
    />
  );
}

function Building({ form, values, type }: Omit<PartsProps, "roots">) {
  const { t } = useTranslation();
  const ways = (["build", "none", "overwrite"] as const).filter((way) => way !== "overwrite" || type.overwrites);
  return (
    <FormGroup role="radiogroup" isStack label={t("storage.create.build")}>
      {ways.map((way) => (
        <Radio
          key={way}
          id={`pool-build-${way}`}
          name="build"
          label={t(`storage.create.way.${way}.${type.overwrites ? "device" : "folder"}`)}
          description={way === "overwrite" ? t("storage.create.overwriteBody", { devices: values.devices || "–" }) : undefined}
          isChecked={values.build === way}
          onChange={() => form.setValue("build", way)}
        />
      ))}
    </FormGroup>
  );
}
