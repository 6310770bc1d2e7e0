import { FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Network } from "../../api/types";
import { Complaint, type Errors } from "./FieldsForm";
import { useBridges, useNetworks } from "./queries";

type Wish = Record<string, unknown>;
const TYPES = ["network", "bridge", "user"] as const;

interface InterfaceSourceProps {
  host: string;
  errors: Errors;
  onChange: (wish: Wish | null) => void;
}

/** What an interface is plugged into: a network of the host, a bridge of it by name, or QEMU's own. */
export function InterfaceSource({ host, errors, onChange }: InterfaceSourceProps) {
  const { t } = useTranslation();
  const networks = useNetworks(host);
  const bridges = useBridges(host, true);
  const none = networks.data?.length === 0;
  const [picked, setType] = useState("");
  const [named, setNetwork] = useState("");
  const [bridge, setBridge] = useState("");
  const type = picked || (none ? "user" : "network");
  const network = named || (networks.data?.find((each) => each.active)?.id ?? networks.data?.[0]?.id ?? "");

  const about = (each: Network) => {
    const kind = each.forward || "none";
    const where = each.addresses[0] ?? (each.bridge || each.spec.devices?.[0]);
    return [each.active ? each.name : t("hardware.net.inactive", { name: each.name }), t(`hardware.net.kind.${kind}`, { defaultValue: kind }), where].filter(Boolean).join(" · ");
  };
  // Those that libvirt's networks made are networks above.
  const own = (bridges.data ?? []).filter(({ name }) => !networks.data?.some((each) => each.bridge === name && each.forward !== "bridge"));

  useEffect(() => {
    if (type === "network") onChange(network === "" ? null : { network });
    else if (type === "bridge") onChange(bridge.trim() === "" ? null : { bridge: bridge.trim() });
    else onChange({ source: { type } });
  }, [type, network, bridge, onChange]);

  return (
    <>
      <FormGroup label={t("hardware.net.plugged")} fieldId="add-net-type">
        <FormSelect id="add-net-type" value={type} onChange={(_event, next) => setType(next)}>
          {TYPES.map((each) => (
            <FormSelectOption key={each} value={each} label={t(`hardware.net.type.${each}`)} />
          ))}
        </FormSelect>
      </FormGroup>
      {type === "network" && (
        <FormGroup label={t("hardware.net.network")} fieldId="add-network" isRequired>
          <FormSelect id="add-network" value={network} isDisabled={!networks.data} onChange={(_event, next) => setNetwork(next)} aria-describedby="add-network-help">
            {none && <FormSelectOption value="" label={t("hardware.net.none")} isPlaceholder />}
            {networks.data?.map((each) => (
              <FormSelectOption key={each.id} value={each.id} label={about(each)} />
            ))}
          </FormSelect>
          <Complaint id="add-network-help" text={errors.network?.join(" ")} />
        </FormGroup>
      )}
      {type === "bridge" && (
        <FormGroup label={t("hardware.net.bridge")} fieldId="add-bridge" isRequired>
          {own.length > 0 ? (
            <FormSelect id="add-bridge" value={bridge} onChange={(_event, next) => setBridge(next)} aria-describedby="add-bridge-help" validated={errors.bridge ? "error" : "default"}>
              <FormSelectOption value="" label={t("network.chooseBridge")} isPlaceholder />
              {own.map(({ name, ports }) => (
                <FormSelectOption key={name} value={name} label={[name, ports.join(", ")].filter(Boolean).join(" · ")} />
              ))}
            </FormSelect>
          ) : (
            <TextInput id="add-bridge" value={bridge} placeholder="br0" onChange={(_event, next) => setBridge(next)} aria-describedby="add-bridge-help" validated={errors.bridge ? "error" : "default"} />
          )}
          <Complaint id="add-bridge-help" text={errors.bridge?.join(" ")} />
        </FormGroup>
      )}
    </>
  );
}
