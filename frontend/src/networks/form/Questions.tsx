import { Alert, Checkbox, Grid, GridItem } from "@patternfly/react-core";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { CodeToCopy } from "../../ui/CodeToCopy";
import { SelectField, TextField } from "../../ui/fields";
import { CARD_MODES } from "../kinds";
import type { BridgeOption, DeviceOption, NetworkOptions } from "../shapes";
import { isAddressed, type NetworkForm } from "./form";

export interface PartProps {
  form: UseFormReturn<NetworkForm>;
  values: NetworkForm;
}

interface QuestionsProps extends PartProps {
  hostName: string;
  options: NetworkOptions | undefined;
}

/** What its kind cannot do without: a subnet, or the bridge or card of the host that it is on. */
export function Questions(props: QuestionsProps) {
  const { kind } = props.values;
  if (isAddressed(kind)) return <Subnet {...props} />;
  if (kind === "macvtap") return <Card {...props} />;
  if (kind === "openvswitch") return <SwitchBridge {...props} />;
  return <Bridge {...props} />;
}

function Subnet({ form, values }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField form={form} name="address" label={t("network.address")} help={t("network.addressHelp")} code autoComplete="off" />
      <Checkbox
        id="network-dhcp"
        label={t("network.dhcpOn")}
        isChecked={values.dhcp}
        onChange={(_event, dhcp) => form.setValue("dhcp", dhcp, { shouldDirty: true })}
      />
      {values.dhcp && (
        <Grid hasGutter>
          <GridItem sm={6}>
            <TextField form={form} name="start" label={t("network.rangeStart")} code autoComplete="off" />
          </GridItem>
          <GridItem sm={6}>
            <TextField form={form} name="end" label={t("network.rangeEnd")} code autoComplete="off" />
          </GridItem>
        </Grid>
      )}
    </>
  );
}

/** What bridging to the LAN needs on the host, which bridges there are, and how one is made where there is none. */
function Bridge({ form, values, hostName, options }: QuestionsProps) {
  const { t } = useTranslation();
  const bridges = options?.bridges.filter(({ network }) => network === null) ?? [];
  const about = ({ name, ports, lan, addresses }: BridgeOption) =>
    [name, t(lan ? "network.bridgeHolds" : ports.length > 0 ? "network.bridgeInner" : "network.bridgeEmpty", { ports: ports.join(", ") }), addresses[0]].filter(Boolean).join(" · ");
  const listed = bridges.map((bridge) => ({ value: bridge.name, label: about(bridge) }));
  const unknown = values.bridge !== "" && !bridges.some(({ name }) => name === values.bridge) ? [{ value: values.bridge, label: values.bridge }] : [];
  return (
    <>
      {options && !options.lan.possible && (
        <Alert isInline variant="info" title={t("network.noLan", { host: hostName })}>
          <p>{options.lan.explanation}</p>
          {options.lan.commands.map(({ title, text }) => (
            <CodeToCopy key={title} title={title} code={text} />
          ))}
        </Alert>
      )}
      {options?.known === false ? (
        <TextField form={form} name="bridge" label={t("network.bridgeOf", { host: hostName })} required code placeholder="br0" autoComplete="off" />
      ) : (
        <SelectField
          form={form}
          name="bridge"
          label={t("network.bridgeOf", { host: hostName })}
          help={options?.lan.possible ? options.lan.explanation : undefined}
          required
          options={[{ value: "", label: t(options && bridges.length === 0 ? "network.noBridges" : "network.chooseBridge") }, ...unknown, ...listed]}
        />
      )}
    </>
  );
}

function Card({ form, values, hostName, options }: QuestionsProps) {
  const { t } = useTranslation();
  const devices = options?.devices ?? [];
  const about = ({ name, type, link, port_of }: DeviceOption) => [name, type, link, port_of && t("network.portOf", { bridge: port_of })].filter(Boolean).join(" · ");
  const unknown = values.device !== "" && !devices.some(({ name }) => name === values.device) ? [{ value: values.device, label: values.device }] : [];
  return (
    <>
      {options?.known === false ? (
        <TextField form={form} name="device" label={t("network.cardOf", { host: hostName })} required code placeholder="eth0" autoComplete="off" />
      ) : (
        <SelectField
          form={form}
          name="device"
          label={t("network.cardOf", { host: hostName })}
          required
          options={[{ value: "", label: t(options && devices.length === 0 ? "network.noCards" : "network.chooseCard") }, ...unknown, ...devices.map((card) => ({ value: card.name, label: about(card) }))]}
        />
      )}
      <SelectField form={form} name="mode" label={t("network.cardMode")} options={CARD_MODES.map((mode) => ({ value: mode, label: t(`network.mode.${mode}`) }))} />
    </>
  );
}

function SwitchBridge({ form, hostName }: QuestionsProps) {
  const { t } = useTranslation();
  return <TextField form={form} name="bridge" label={t("network.switchOf", { host: hostName })} help={t("network.switchHelp")} required code placeholder="ovsbr0" autoComplete="off" />;
}
