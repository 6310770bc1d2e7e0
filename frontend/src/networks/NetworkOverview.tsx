import { Card, CardBody, CardTitle, Grid, GridItem, Label } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { HostName } from "../access/HostName";
import { Facts } from "../ui/Facts";
import { bytes } from "../ui/format";
import { Copyable } from "../ui/Values";
import { kindOf } from "./kinds";
import { KindWords } from "./NetworksTable";
import { Picture } from "./picture/Picture";
import { sceneOf, type Plugged } from "./picture/scene";
import { useHostInterfaces, useLeases } from "./queries";
import type { NetworkDetail, NetworkSpec } from "./shapes";

const ACTIVE: readonly string[] = ["running", "blocked", "paused"];

/** Is it well, who is on it, how does one get out of it. */
export function NetworkOverview({ network }: { network: NetworkDetail }) {
  const { t } = useTranslation();
  const interfaces = useHostInterfaces(network.host.id);
  const gives = (network.spec.ips ?? []).some(({ dhcp }) => dhcp);
  const leases = useLeases(network.id, gives && network.active);
  const { users, others } = network.domains;
  const plugged: Plugged[] = users.map(({ id, name, state, mac, target }) => ({
    domain: { id, name },
    running: ACTIVE.includes(state),
    mac,
    linkUp: true,
    device: target,
    addresses: (leases.data?.leases ?? []).filter((lease) => lease.mac === mac).map(({ address }) => address),
  }));
  const kind = kindOf({ ...network.spec, forward: network.forward, bridge: network.bridge });
  const scene = sceneOf(
    { id: network.id, name: network.name, active: network.active, kind, bridge: network.bridge, device: network.spec.devices?.[0] ?? "", addresses: network.addresses },
    plugged,
    interfaces.data ?? [],
  );
  return (
    <Grid hasGutter>
      <GridItem>
        <Card>
          <CardTitle component="h2">{t("network.picture.title")}</CardTitle>
          <CardBody>
            <p className="ol-quiet">{t(`network.kindBody.${kind}`)}</p>
            <Picture scene={scene} label={t("network.picture.of", { name: network.name })} />
            {others > 0 && <p className="ol-quiet">{t("network.others", { count: others })}</p>}
          </CardBody>
        </Card>
      </GridItem>
      <GridItem lg={5}>
        <Card isFullHeight>
          <CardTitle component="h2">{t("facts")}</CardTitle>
          <CardBody>
            <NetworkFacts network={network} />
          </CardBody>
        </Card>
      </GridItem>
      <GridItem lg={7}>
        <Card isFullHeight>
          <CardTitle component="h2">{t("network.whoIsOn")}</CardTitle>
          <CardBody>{plugged.length === 0 ? <p className="ol-quiet">{t("network.nobody")}</p> : <OnIt plugged={plugged} states={new Map(users.map(({ id, state }) => [id, state]))} />}</CardBody>
        </Card>
      </GridItem>
    </Grid>
  );
}

function OnIt({ plugged, states }: { plugged: readonly Plugged[]; states: ReadonlyMap<string, string> }) {
  const { t } = useTranslation();
  return (
    <Table variant="compact" borders={false} aria-label={t("network.whoIsOn")}>
      <Thead>
        <Tr>
          <Th width={25}>{t("name")}</Th>
          <Th modifier="fitContent">{t("state")}</Th>
          <Th modifier="fitContent">{t("network.mac")}</Th>
          <Th>{t("network.ip")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {plugged.map(({ domain, mac, addresses }) => (
          <Tr key={`${domain.id} ${mac}`}>
            <Td dataLabel={t("name")} modifier="breakWord">
              <Link to={`/domains/${domain.id}`}>{domain.name}</Link>
            </Td>
            <Td dataLabel={t("state")}>{t(`domain.state.${states.get(domain.id)}`, { defaultValue: states.get(domain.id) })}</Td>
            <Td dataLabel={t("network.mac")} modifier="nowrap">
              <code>{mac}</code>
            </Td>
            <Td dataLabel={t("network.ip")}>{addresses.length > 0 ? addresses.map((address) => <Copyable key={address}>{address}</Copyable>) : "–"}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function NetworkFacts({ network }: { network: NetworkDetail }) {
  const { t, i18n } = useTranslation();
  const { spec } = network;
  const rate = (limit: { average_bytes?: number | null } | null | undefined) =>
    limit?.average_bytes ? t("job.rate", { rate: bytes(limit.average_bytes, i18n.language) }) : null;
  const list = (texts: readonly string[] | undefined) => (texts && texts.length > 0 ? texts.map((text) => <div key={text}><code>{text}</code></div>) : null);
  return (
    <Facts
      columns={1}
      facts={[
        [t("host.one"), <HostName host={network.host} />],
        [t("clusterNetwork.one"), network.cluster_network && <Link to={`/networks?tab=clusters&q=${encodeURIComponent(network.cluster_network.name)}`}>{network.cluster_network.name}</Link>],
        [t("network.kindIs"), <KindWords network={network} />],
        [t("network.bridge"), network.bridge ? <code>{network.bridge}</code> : null],
        [t("network.card"), list(spec.devices)],
        [t("network.addresses"), list(network.addresses)],
        ["DHCP", list(rangesOf(spec))],
        [t("network.domain"), spec.domain],
        ["DNS", spec.dns?.enabled === false ? t("no") : spec.dns?.forwarders?.length ? list(spec.dns.forwarders.map(({ address, domain }) => [domain, address].filter(Boolean).join(" → "))) : null],
        [t("network.vlans"), spec.vlan ? spec.vlan.tags.map(({ id }) => id).join(", ") : null],
        [
          t("network.groups"),
          spec.port_groups?.length ? (
            <span className="ol-labels">
              {spec.port_groups.map(({ name, vlan, default: first }) => (
                <Label key={name} isCompact variant={first ? "filled" : "outline"}>
                  {[name, vlan?.tags.map(({ id }) => id).join(", ")].filter(Boolean).join(" · ")}
                </Label>
              ))}
            </span>
          ) : null,
        ],
        [t("network.received"), rate(spec.bandwidth?.inbound)],
        [t("network.sent"), rate(spec.bandwidth?.outbound)],
        ["MTU", spec.mtu],
        [t("network.isolation"), spec.port_isolation ? t("yes") : null],
        [t("network.routes"), list(spec.routes?.map(({ to, gateway }) => `${to} → ${gateway}`))],
        [t("autostart"), t(network.autostart ? "yes" : "no")],
        ["UUID", <Copyable>{network.uuid}</Copyable>],
      ]}
    />
  );
}

const rangesOf = (spec: NetworkSpec): string[] => (spec.ips ?? []).flatMap(({ dhcp }) => (dhcp?.ranges ?? []).map(({ start, end }) => `${start} – ${end}`));
