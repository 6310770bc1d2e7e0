import { Button, Checkbox, Grid, GridItem } from "@patternfly/react-core";
import { MinusCircleIcon, PlusCircleIcon } from "@patternfly/react-icons";
import type { ReactNode } from "react";
import type { FieldPath, UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField, TextField } from "../../ui/fields";
import { bytes } from "../../ui/format";
import { NEW_DISK, NEW_NIC, type CreationForm } from "./form";
import type { CreationOptions, MachineOffer } from "./shapes";

export interface SectionProps {
  form: UseFormReturn<CreationForm>;
  values: CreationForm;
  options: CreationOptions | undefined;
  /** What the machine that is chosen so far may have. */
  offer: MachineOffer | undefined;
}

type Field = FieldPath<CreationForm>;

/** Fields side by side where there is room. */
function Row({ children }: { children: readonly ReactNode[] }) {
  return (
    <Grid hasGutter>
      {children.map((each, at) => (
        <GridItem key={at} sm={6}>
          {each}
        </GridItem>
      ))}
    </Grid>
  );
}

/** A choice that is best left to the server: it then stands for what the system and the host suggest. */
function Chosen({ form, name, label, options, help }: { form: UseFormReturn<CreationForm>; name: Field; label: string; options: readonly string[]; help?: string }) {
  const { t } = useTranslation();
  return (
    <SelectField
      form={form}
      name={name}
      label={label}
      help={help}
      options={[{ value: "", label: t("creation.default") }, ...options.map((value) => ({ value, label: t(`creation.value.${value}`, { defaultValue: value }) }))]}
    />
  );
}

const YES_NO = ["yes", "no"] as const;

export function Processor({ form, values, offer }: SectionProps) {
  const { t } = useTranslation();
  return (
    <Row>
      {[
        <Chosen key="mode" form={form} name="cpu.mode" label={t("creation.cpu")} options={offer?.cpu_modes ?? []} help={t("creation.cpuHelp")} />,
        ...(values.cpu.mode === "custom" ? [<Chosen key="model" form={form} name="cpu.model" label={t("creation.cpuModel")} options={offer?.cpu_models ?? []} />] : []),
        <TextField key="sockets" form={form} name="topology.sockets" label={t("creation.sockets")} placeholder={t("creation.default")} />,
        <TextField key="cores" form={form} name="topology.cores" label={t("creation.cores")} placeholder={t("creation.default")} />,
        <TextField key="threads" form={form} name="topology.threads" label={t("creation.threads")} placeholder={t("creation.default")} />,
      ]}
    </Row>
  );
}

export function Disks({ form, values, options, offer }: SectionProps) {
  const { t, i18n } = useTranslation();
  const change = (disks: CreationForm["disks"]) => form.setValue("disks", disks, { shouldDirty: true });
  const taken = values.source === "disk";
  const pools = (options?.pools ?? []).filter(({ writable }) => writable);
  return (
    <>
      {values.disks.map((_disk, at) => {
        const existing = taken && at === 0;
        return (
          <fieldset key={at} className="ol-part">
            <legend className="ol-part-title">
              {t("creation.disk", { number: new Intl.NumberFormat(i18n.language).format(at + 1) })}
              {!existing && (
                <Button
                  variant="plain"
                  icon={<MinusCircleIcon />}
                  aria-label={t("creation.removeDisk", { number: at + 1 })}
                  onClick={() => change(values.disks.filter((_each, index) => index !== at))}
                />
              )}
            </legend>
            <Row>
              {[
                ...(existing && !values.copy
                  ? []
                  : [
                      <SelectField
                        key="pool"
                        form={form}
                        name={`disks.${at}.pool`}
                        label={t("pool.one")}
                        options={[{ value: "", label: t("creation.default") }, ...pools.map(({ id, name, available_bytes }) => ({ value: id, label: t("creation.free", { name, size: bytes(available_bytes, i18n.language) }) }))]}
                      />,
                    ]),
                ...(existing ? [] : [<TextField key="size" form={form} name={`disks.${at}.size`} label={t("creation.diskGiB")} placeholder={t("creation.default")} />]),
                ...(existing && !values.copy ? [] : [<Chosen key="format" form={form} name={`disks.${at}.format`} label={t("volume.format")} options={["qcow2", "raw"]} />]),
                <Chosen key="bus" form={form} name={`disks.${at}.bus`} label={t("creation.bus")} options={offer?.disk_buses ?? []} />,
                <Chosen key="cache" form={form} name={`disks.${at}.cache`} label={t("creation.cache")} options={CACHES} />,
                <Chosen key="discard" form={form} name={`disks.${at}.discard`} label={t("creation.discard")} options={["unmap", "ignore"]} help={t("creation.discardHelp")} />,
              ]}
            </Row>
          </fieldset>
        );
      })}
      <div>
        <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => change([...values.disks, NEW_DISK])}>
          {t("creation.addDisk")}
        </Button>
      </div>
    </>
  );
}

const OTHER_PLACES = ["bridge", "user"] as const;
const MODELS = ["virtio", "e1000e", "e1000", "rtl8139"] as const;
const CACHES = ["none", "writeback", "writethrough", "directsync", "unsafe"] as const;

export function Interfaces({ form, values, options }: SectionProps) {
  const { t, i18n } = useTranslation();
  const change = (interfaces: CreationForm["interfaces"]) => form.setValue("interfaces", interfaces, { shouldDirty: true });
  const types = options?.interface_types ?? [];
  const places = [
    ...(options?.networks ?? []).map(({ id, name }) => ({ value: id, label: name })),
    ...OTHER_PLACES.filter((place) => types.includes(place)).map((place) => ({ value: place, label: t(`creation.place.${place}`) })),
  ];
  return (
    <>
      {values.interfaces.map((nic, at) => (
        <fieldset key={at} className="ol-part">
          <legend className="ol-part-title">
            {t("creation.nic", { number: new Intl.NumberFormat(i18n.language).format(at + 1) })}
            <Button
              variant="plain"
              icon={<MinusCircleIcon />}
              aria-label={t("creation.removeNic", { number: at + 1 })}
              onClick={() => change(values.interfaces.filter((_each, index) => index !== at))}
            />
          </legend>
          <Row>
            {[
              <SelectField key="on" form={form} name={`interfaces.${at}.on`} label={t("creation.network")} options={[{ value: "", label: t("creation.default") }, ...places]} />,
              ...(nic.on === "bridge" ? [<TextField key="bridge" form={form} name={`interfaces.${at}.bridge`} label={t("network.bridge")} placeholder="br0" required code />] : []),
              <Chosen key="model" form={form} name={`interfaces.${at}.model`} label={t("creation.model")} options={MODELS} />,
              <TextField key="mac" form={form} name={`interfaces.${at}.mac`} label={t("creation.mac")} placeholder={t("creation.macUnset")} code />,
              <TextField key="vlan" form={form} name={`interfaces.${at}.vlan`} label={t("creation.vlan")} placeholder={t("creation.none")} />,
            ]}
          </Row>
        </fieldset>
      ))}
      <div>
        <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => change([...values.interfaces, NEW_NIC])}>
          {t("creation.addNic")}
        </Button>
      </div>
    </>
  );
}

export function Firmware({ form, options, offer }: SectionProps) {
  const { t } = useTranslation();
  const archs = [...new Set((options?.machines ?? []).map(({ arch }) => arch))];
  return (
    <Row>
      {[
        <Chosen key="firmware" form={form} name="firmware" label={t("domain.firmware")} options={offer?.firmwares ?? []} />,
        <Chosen key="tpm" form={form} name="tpm" label={t("creation.tpm")} options={offer?.tpm ? YES_NO : ["no"]} help={offer?.tpm === false ? t("creation.tpmNone") : undefined} />,
        <Chosen key="type" form={form} name="type" label={t("creation.type")} options={options?.types ?? []} help={t("creation.typeHelp")} />,
        <Chosen key="arch" form={form} name="arch" label={t("creation.arch")} options={archs} />,
        <Chosen key="machine" form={form} name="machine" label={t("creation.machine")} options={offer?.machines ?? []} />,
      ]}
    </Row>
  );
}

export function Devices({ form, values, offer }: SectionProps) {
  const { t } = useTranslation();
  return (
    <Row>
      {[
        <Chosen key="graphics" form={form} name="graphics" label={t("creation.graphics")} options={[...(offer?.graphics ?? []), "none"]} />,
        <Chosen key="video" form={form} name="video" label={t("creation.video")} options={[...(offer?.video_models ?? []).filter((model) => model !== "none"), "none"]} />,
        <Chosen key="sound" form={form} name="sound" label={t("creation.sound")} options={SOUNDS} />,
        <Chosen key="serial" form={form} name="serial" label={t("creation.serial")} options={YES_NO} />,
        <Chosen key="agent" form={form} name="agent" label={t("creation.agent")} options={YES_NO} help={t("creation.agentHelp")} />,
        <Chosen key="rng" form={form} name="rng" label={t("creation.rng")} options={YES_NO} />,
        <Chosen key="watchdog" form={form} name="watchdog.model" label={t("creation.watchdog")} options={WATCHDOGS} />,
        ...(values.watchdog.model
          ? [
              <SelectField
                key="action"
                form={form}
                name="watchdog.action"
                label={t("creation.watchdogAction")}
                options={WATCHDOG_ACTIONS.map((value) => ({ value, label: t(`creation.value.${value}`) }))}
              />,
            ]
          : []),
      ]}
    </Row>
  );
}

const SOUNDS = ["ich9", "ich6", "ac97", "none"] as const;
const WATCHDOGS = ["i6300esb", "itco", "ib700", "diag288"] as const;
const WATCHDOG_ACTIONS = ["reset", "shutdown", "poweroff", "pause", "none", "inject-nmi"] as const;

export function CloudInit({ form, values }: SectionProps) {
  const { t } = useTranslation();
  return (
    <>
      <Row>
        {[
          ...(values.source === "cloud"
            ? []
            : [
                <TextField key="user" form={form} name="cloud_init.user" label={t("creation.user")} autoComplete="off" />,
                <TextField key="password" form={form} name="cloud_init.password" label={t("creation.password")} type="password" autoComplete="new-password" />,
              ]),
          <TextField key="hostname" form={form} name="cloud_init.hostname" label={t("creation.hostname")} placeholder={values.name} autoComplete="off" />,
        ]}
      </Row>
      {values.source !== "cloud" && <TextField form={form} name="cloud_init.ssh_keys" label={t("creation.sshKeys")} help={t("creation.sshKeysHelp")} lines={2} code />}
      <TextField form={form} name="cloud_init.user_data" label={t("creation.userData")} help={t("creation.userDataHelp")} lines={5} code />
      <TextField form={form} name="cloud_init.network_config" label={t("creation.networkConfig")} help={t("creation.networkConfigHelp")} lines={5} code />
    </>
  );
}

export function Options({ form, values }: SectionProps) {
  const { t } = useTranslation();
  const flag = (name: "start" | "autostart" | "protected") => (
    <Checkbox
      id={`creation-${name}`}
      label={t(`creation.${name}`)}
      isChecked={values[name]}
      onChange={(_event, checked) => form.setValue(name, checked, { shouldDirty: true })}
    />
  );
  return (
    <>
      <Row>
        {[
          <TextField key="title" form={form} name="title" label={t("domain.title")} />,
          <TextField key="tags" form={form} name="tags" label={t("creation.tags")} help={t("creation.tagsHelp")} autoComplete="off" />,
          <TextField key="count" form={form} name="count" label={t("creation.count")} help={t("creation.countHelp")} />,
        ]}
      </Row>
      <TextField form={form} name="description" label={t("domain.description")} lines={2} />
      {flag("start")}
      {flag("autostart")}
      {flag("protected")}
    </>
  );
}
