import { EmptyState, EmptyStateBody, Icon } from "@patternfly/react-core";
import { CheckCircleIcon, EthernetIcon, NetworkWiredIcon, OffIcon, TagIcon, TopologyIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Host, HostInterface, Network } from "../api/types";
import { FactsSkeleton } from "../ui/Facts";
import { OutdatedAlert, ProblemPage } from "../ui/Problems";
import { StateLabel } from "../ui/StateLabel";
import { Copyable } from "../ui/Values";
import { useInterfaces, useNetworksOf } from "./queries";

const ICON: Readonly<Record<string, ComponentType>> = { ethernet: EthernetIcon, bridge: NetworkWiredIcon, bond: TopologyIcon, vlan: TagIcon };

/** The machine's own cards, bridges, bonds and VLANs, and which networks are on them. */
export function InterfacesTab({ host }: { host: Host }) {
  const { t } = useTranslation();
  const query = useInterfaces(host.id);
  const networks = useNetworksOf(host.id);
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton rows={8} />;
  if (query.data.length === 0) {
    return (
      <EmptyState titleText={t("nic.none")} icon={EthernetIcon} headingLevel="h2">
        <EmptyStateBody>{t("nic.noneBody")}</EmptyStateBody>
      </EmptyState>
    );
  }
  return (
    <>
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      <Table variant="compact" aria-label={t("tab.interfaces")} className="ol-middle">
        <Thead>
          <Tr>
            <Th width={20}>{t("name")}</Th>
            <Th modifier="fitContent">{t("nic.link")}</Th>
            <Th>{t("nic.parts")}</Th>
            <Th>{t("network.addresses")}</Th>
            <Th modifier="fitContent">{t("nic.speed")}</Th>
            <Th>{t("network.mac")}</Th>
            <Th modifier="fitContent">{t("nic.on")}</Th>
          </Tr>
        </Thead>
        <Tbody>
          {query.data.map((nic) => (
            <Line key={nic.id} nic={nic} networks={(networks.data ?? []).filter((network) => isOn(network, nic))} />
          ))}
        </Tbody>
      </Table>
    </>
  );
}

const isOn = (network: Network, nic: HostInterface): boolean => network.bridge === nic.name || (network.spec.devices ?? []).includes(nic.name);

function Line({ nic, networks }: { nic: HostInterface; networks: readonly Network[] }) {
  const { t, i18n } = useTranslation();
  const Picture = ICON[nic.type] ?? EthernetIcon;
  const up = nic.link === "" ? nic.active : nic.link === "up";
  const consists = [
    nic.ports.length > 0 && t("nic.holds", { ports: nic.ports.join(", ") }),
    nic.tag !== null && t("nic.vlan", { tag: nic.tag, on: nic.on || "–" }),
    nic.port_of && t("nic.portOf", { bridge: nic.port_of }),
  ].filter(Boolean);
  return (
    <Tr>
      <Td dataLabel={t("name")}>
        <span className="ol-device">
          <Icon>
            <Picture />
          </Icon>
          <span>
            {nic.name} <span className="ol-quiet">{t(`nic.type.${nic.type}`, { defaultValue: nic.type })}</span>
          </span>
        </span>
      </Td>
      <Td dataLabel={t("nic.link")}>
        <StateLabel icon={up ? CheckCircleIcon : OffIcon} tone={up ? "success" : undefined}>
          {t(up ? "nic.up" : "nic.down")}
        </StateLabel>
      </Td>
      <Td dataLabel={t("nic.parts")}>{consists.join(" · ") || "–"}</Td>
      <Td dataLabel={t("network.addresses")}>{nic.addresses.length > 0 ? nic.addresses.map((address) => <div key={address}><Copyable>{address}</Copyable></div>) : "–"}</Td>
      <Td dataLabel={t("nic.speed")} className="ol-numeric" modifier="nowrap">
        {nic.speed_mbits ? speed(nic.speed_mbits, i18n.language) : "–"}
      </Td>
      <Td dataLabel={t("network.mac")} modifier="nowrap">
        {nic.mac ? <code>{nic.mac}</code> : "–"}
      </Td>
      <Td dataLabel={t("nic.on")}>
        {networks.length > 0
          ? networks.map(({ id, name }, at) => (
              <span key={id}>
                {at > 0 && ", "}
                <Link to={`/networks/${id}`}>{name}</Link>
              </span>
            ))
          : "–"}
      </Td>
    </Tr>
  );
}

/** 10 Gbit/s: as cards are sold. */
function speed(mbits: number, language: string): string {
  const [amount, unit] = mbits >= 1000 ? [mbits / 1000, "Gbit/s"] : [mbits, "Mbit/s"];
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(amount)} ${unit}`;
}
