import { Checkbox, Grid, GridItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import { TextField } from "../../ui/fields";
import type { PartProps } from "./Questions";
import { Rows } from "./rows";

/** The addresses that single guests always get. */
export function FixedAddresses({ form, values }: PartProps) {
  const { t } = useTranslation();
  return (
    <Rows
      rows={values.fixed}
      fresh={{ mac: "", name: "", ip: "" }}
      add={t("network.addFixed")}
      removeLabel={(number) => t("network.removeFixed", { number })}
      onChange={(fixed) => form.setValue("fixed", fixed, { shouldDirty: true })}
    >
      {(at) => (
        <>
          <TextField form={form} name={`fixed.${at}.mac`} label={t("network.mac")} code placeholder="52:54:00:…" autoComplete="off" />
          <TextField form={form} name={`fixed.${at}.ip`} label={t("network.ip")} code autoComplete="off" />
          <TextField form={form} name={`fixed.${at}.name`} label={t("network.guestName")} autoComplete="off" />
        </>
      )}
    </Rows>
  );
}

export function Names({ form, values }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Checkbox
        id="network-dns"
        label={t("network.dnsOn")}
        isChecked={values.dns}
        onChange={(_event, dns) => form.setValue("dns", dns, { shouldDirty: true })}
      />
      <TextField form={form} name="domain" label={t("network.domain")} help={t("network.domainHelp")} placeholder="lan" autoComplete="off" />
      {values.dns && (
        <>
          <TextField form={form} name="forwarders" label={t("network.forwarders")} help={t("network.forwardersHelp")} code autoComplete="off" />
          <DnsRecords form={form} values={values} />
        </>
      )}
    </>
  );
}

export function DnsRecords({ form, values }: PartProps) {
  const { t } = useTranslation();
  return (
    <Rows
      rows={values.records}
      fresh={{ ip: "", names: "" }}
      add={t("network.addRecord")}
      removeLabel={(number) => t("network.removeRecord", { number })}
      onChange={(records) => form.setValue("records", records, { shouldDirty: true })}
    >
      {(at) => (
        <>
          <TextField form={form} name={`records.${at}.ip`} label={t("network.ip")} code autoComplete="off" />
          <TextField form={form} name={`records.${at}.names`} label={t("network.names")} autoComplete="off" />
        </>
      )}
    </Rows>
  );
}

export function IPv6({ form, values }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField form={form} name="address6" label={t("network.address6")} help={t("network.address6Help")} code placeholder="fd00:150::1/64" autoComplete="off" />
      <Checkbox
        id="network-dhcp6"
        label={t("network.dhcpOn")}
        isChecked={values.dhcp6}
        onChange={(_event, dhcp) => form.setValue("dhcp6", dhcp, { shouldDirty: true })}
      />
      {values.dhcp6 && (
        <Grid hasGutter>
          <GridItem sm={6}>
            <TextField form={form} name="start6" label={t("network.rangeStart")} code autoComplete="off" />
          </GridItem>
          <GridItem sm={6}>
            <TextField form={form} name="end6" label={t("network.rangeEnd")} code autoComplete="off" />
          </GridItem>
        </Grid>
      )}
    </>
  );
}

export function Vlans({ form, values }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField form={form} name="vlan" label={t("network.vlans")} help={t("network.vlansHelp")} code autoComplete="off" />
      <Checkbox
        id="network-trunk"
        label={t("network.trunk")}
        isChecked={values.trunk}
        onChange={(_event, trunk) => form.setValue("trunk", trunk, { shouldDirty: true })}
      />
      <Rows
        rows={values.groups}
        fresh={{ name: "", default: false, vlan: "" }}
        add={t("network.addGroup")}
        removeLabel={(number) => t("network.removeGroup", { number })}
        onChange={(groups) => form.setValue("groups", groups, { shouldDirty: true })}
      >
        {(at) => (
          <>
            <TextField form={form} name={`groups.${at}.name`} label={t("network.group")} autoComplete="off" />
            <TextField form={form} name={`groups.${at}.vlan`} label={t("network.vlans")} code autoComplete="off" />
          </>
        )}
      </Rows>
    </>
  );
}

export function Limits({ form, values, addressed }: PartProps & { addressed: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Grid hasGutter>
        <GridItem sm={6}>
          <TextField form={form} name="inbound" label={t("network.inbound")} type="number" />
        </GridItem>
        <GridItem sm={6}>
          <TextField form={form} name="outbound" label={t("network.outbound")} type="number" />
        </GridItem>
        {addressed && (
          <GridItem sm={6}>
            <TextField form={form} name="mtu" label="MTU" type="number" placeholder="1500" />
          </GridItem>
        )}
      </Grid>
      <Checkbox
        id="network-isolation"
        label={t("network.isolation")}
        description={t("network.isolationHelp")}
        isChecked={values.isolation}
        onChange={(_event, isolation) => form.setValue("isolation", isolation, { shouldDirty: true })}
      />
    </>
  );
}

export function Running({ form, values, addressed, fresh }: PartProps & { addressed: boolean; fresh: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {addressed && <TextField form={form} name="bridge" label={t("network.ownBridge")} help={t("network.ownBridgeHelp")} code placeholder="virbr1" autoComplete="off" />}
      <Checkbox
        id="network-autostart"
        label={t("network.autostart")}
        isChecked={values.autostart}
        onChange={(_event, autostart) => form.setValue("autostart", autostart, { shouldDirty: true })}
      />
      {fresh && (
        <Checkbox
          id="network-start"
          label={t("network.startNow")}
          isChecked={values.startNow}
          onChange={(_event, startNow) => form.setValue("startNow", startNow, { shouldDirty: true })}
        />
      )}
    </>
  );
}
