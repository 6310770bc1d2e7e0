import { CARD_MODES, type Kind } from "../kinds";
import type { FixedAddress, NetworkSpec, PortGroup } from "../shapes";

/** What the dialog asks. Texts that are empty are not sent. */
export interface NetworkForm {
  host: string;
  name: string;
  kind: Kind;
  bridge: string;
  device: string;
  mode: (typeof CARD_MODES)[number];
  /** The node's address with the subnet. */
  address: string;
  dhcp: boolean;
  start: string;
  end: string;
  fixed: { mac: string; name: string; ip: string }[];
  address6: string;
  dhcp6: boolean;
  start6: string;
  end6: string;
  domain: string;
  dns: boolean;
  forwarders: string;
  records: { ip: string; names: string }[];
  vlan: string;
  trunk: boolean;
  groups: { name: string; default: boolean; vlan: string }[];
  inbound: string;
  outbound: string;
  mtu: string;
  isolation: boolean;
  autostart: boolean;
  startNow: boolean;
}

export const EMPTY: NetworkForm = {
  host: "",
  name: "",
  kind: "nat",
  bridge: "",
  device: "",
  mode: "bridge",
  address: "",
  dhcp: true,
  start: "",
  end: "",
  fixed: [],
  address6: "",
  dhcp6: false,
  start6: "",
  end6: "",
  domain: "",
  dns: true,
  forwarders: "",
  records: [],
  vlan: "",
  trunk: false,
  groups: [],
  inbound: "",
  outbound: "",
  mtu: "",
  isolation: false,
  autostart: true,
  startNow: true,
};

const MEBI = 1024 * 1024;

const FORWARD: Readonly<Record<Kind, string>> = {
  nat: "nat",
  isolated: "none",
  route: "route",
  open: "open",
  bridge: "bridge",
  macvtap: "bridge",
  openvswitch: "bridge",
  other: "none",
};

const ADDRESSED: readonly Kind[] = ["nat", "isolated", "route", "open"];
const TAGGED: readonly Kind[] = ["openvswitch"];

export const isAddressed = (kind: Kind): boolean => ADDRESSED.includes(kind);
export const takesVlans = (kind: Kind): boolean => TAGGED.includes(kind);

/** Whether there is enough to ask the server what it thinks. */
export function answered(form: NetworkForm): boolean {
  if (form.host === "" || form.name.trim() === "") return false;
  if (form.kind === "macvtap") return form.device !== "";
  if (form.kind === "bridge" || form.kind === "openvswitch") return form.bridge.trim() !== "";
  return true;
}

type Values = Record<string, unknown>;

/** As the API wants it. */
export function wishOf(form: NetworkForm): Values {
  return { host: form.host, name: form.name.trim(), ...specOf(form), autostart: form.autostart, start: form.startNow };
}

/** The network alone, without where it is made and whether it is started: what hosts of a cluster have in common. */
export function specOf(form: NetworkForm): Values {
  const { kind } = form;
  const addressed = isAddressed(kind);
  const forward = kind === "macvtap" ? form.mode : FORWARD[kind];
  return without({
    forward,
    bridge: kind === "macvtap" ? undefined : form.bridge.trim(),
    devices: kind === "macvtap" || (form.device && forward !== "none" && addressed) ? [form.device] : undefined,
    virtualport: kind === "openvswitch" ? { type: "openvswitch" } : undefined,
    ips: addressed ? [ipv4Of(form), ipv6Of(form)].filter((each) => each !== null) : undefined,
    domain: addressed ? form.domain.trim() : undefined,
    dns: addressed ? dnsOf(form) : undefined,
    vlan: takesVlans(kind) ? vlanOf(form.vlan, form.trunk) : undefined,
    port_groups: takesVlans(kind) ? form.groups.filter(({ name }) => name.trim()).map(groupOf) : undefined,
    bandwidth: bandwidthOf(form),
    mtu: form.mtu.trim() && addressed ? Number(form.mtu) : undefined,
    port_isolation: form.isolation ? true : undefined,
  });
}

function ipv4Of({ address, dhcp, start, end, fixed }: NetworkForm): Values | null {
  if (!address.trim()) return null;
  const hosts: FixedAddress[] = fixed.filter(({ ip }) => ip.trim()).map(fixedOf);
  return { address: address.trim(), ...(dhcp && { dhcp: without({ ranges: start.trim() ? [{ start: start.trim(), end: end.trim() }] : [], hosts }) }) };
}

function ipv6Of({ address6, dhcp6, start6, end6 }: NetworkForm): Values | null {
  if (!address6.trim()) return null;
  return { address: address6.trim(), ...(dhcp6 && start6.trim() && { dhcp: { ranges: [{ start: start6.trim(), end: end6.trim() }] } }) };
}

export const fixedOf = ({ mac, name, ip }: { mac: string; name: string; ip: string }): FixedAddress => ({
  ip: ip.trim(),
  ...(mac.trim() && { mac: mac.trim() }),
  ...(name.trim() && { name: name.trim() }),
});

function dnsOf({ dns, forwarders, records }: NetworkForm): Values | undefined {
  const hosts = records.filter(({ ip }) => ip.trim()).map(({ ip, names }) => ({ ip: ip.trim(), names: wordsOf(names) }));
  const said = without({ enabled: dns ? undefined : false, forwarders: wordsOf(forwarders).map((address) => ({ address })), hosts });
  return Object.keys(said).length > 0 ? said : undefined;
}

export function vlanOf(tags: string, trunk: boolean): Values | undefined {
  const ids = wordsOf(tags).map((id) => ({ id: Number(id) }));
  return ids.length > 0 ? { tags: ids, ...((trunk || ids.length > 1) && { trunk: true }) } : undefined;
}

const groupOf = ({ name, default: first, vlan }: NetworkForm["groups"][number]): Values =>
  without({ name: name.trim(), default: first || undefined, vlan: vlanOf(vlan, false) });

function bandwidthOf({ inbound, outbound }: NetworkForm): Values | undefined {
  const rate = (text: string) => (Number(text) > 0 ? { average_bytes: Math.round(Number(text) * MEBI) } : undefined);
  const both = without({ inbound: rate(inbound), outbound: rate(outbound) });
  return Object.keys(both).length > 0 ? both : undefined;
}

const SUBNET = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** The upper part of a subnet whose last number is free, which most people would choose; null for others. */
export function rangeIn(address: string): { start: string; end: string } | null {
  const found = SUBNET.exec(address.trim());
  if (!found || Number(found[3]) > 24 || Number(found[3]) < 8) return null;
  const taken = Number(found[2]) >= 100 && Number(found[2]) < 200;
  return { start: `${found[1]}.${taken ? 200 : 100}`, end: `${found[1]}.${taken ? 250 : 199}` };
}

export const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** Without what is empty. */
const without = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)));

/** The form of a network that is there, to change it. */
export function formOf(host: string, name: string, kind: Kind, spec: NetworkSpec, autostart: boolean): NetworkForm {
  const v4 = spec.ips?.find(({ address }) => !address.includes(":"));
  const v6 = spec.ips?.find(({ address }) => address.includes(":"));
  const text = (value: unknown): string => (value === null || value === undefined ? "" : String(value));
  const mib = (value: number | null | undefined): string => (value ? String(value / MEBI) : "");
  return {
    ...EMPTY,
    host,
    name,
    kind,
    bridge: text(spec.bridge),
    device: spec.devices?.[0] ?? "",
    mode: CARD_MODES.find((mode) => mode === spec.forward) ?? "bridge",
    address: text(v4?.address),
    dhcp: v4 ? Boolean(v4.dhcp) : false,
    start: text(v4?.dhcp?.ranges?.[0]?.start),
    end: text(v4?.dhcp?.ranges?.[0]?.end),
    fixed: (v4?.dhcp?.hosts ?? []).map(({ ip, mac, name: called }) => ({ ip, mac: text(mac), name: text(called) })),
    address6: text(v6?.address),
    dhcp6: Boolean(v6?.dhcp),
    start6: text(v6?.dhcp?.ranges?.[0]?.start),
    end6: text(v6?.dhcp?.ranges?.[0]?.end),
    domain: text(spec.domain),
    dns: spec.dns?.enabled !== false,
    forwarders: (spec.dns?.forwarders ?? []).map(({ address }) => text(address)).filter(Boolean).join(", "),
    records: (spec.dns?.hosts ?? []).map(({ ip, names }) => ({ ip, names: (names ?? []).join(", ") })),
    vlan: (spec.vlan?.tags ?? []).map(({ id }) => id).join(", "),
    trunk: Boolean(spec.vlan?.trunk),
    groups: (spec.port_groups ?? []).map((group: PortGroup) => ({
      name: group.name,
      default: Boolean(group.default),
      vlan: (group.vlan?.tags ?? []).map(({ id }) => id).join(", "),
    })),
    inbound: mib(spec.bandwidth?.inbound?.average_bytes),
    outbound: mib(spec.bandwidth?.outbound?.average_bytes),
    mtu: text(spec.mtu),
    isolation: Boolean(spec.port_isolation),
    autostart,
    startNow: false,
  };
}

const PLACES: Readonly<Record<string, string>> = { forward: "kind", devices: "device", bandwidth: "inbound", port_isolation: "isolation", start: "startNow" };

/** Where the form shows what the server complains about; null where it has no place of its own. */
export function placeOf(field: string, form: NetworkForm): string | null {
  const [first = "", second = "", ...rest] = field.split(".");
  if (first === "ips") return placeOfAddress(second, rest, form);
  if (first === "dns") {
    if (second === "hosts" && rest[0] !== undefined && rest[0] in form.records) return `records.${rest[0]}.${rest[1] === "ip" ? "ip" : "names"}`;
    return second === "forwarders" ? "forwarders" : "domain";
  }
  if (first === "bandwidth") return second === "outbound" ? "outbound" : "inbound";
  if (first === "port_groups") return second in form.groups ? `groups.${second}.${rest[0] === "name" ? "name" : "vlan"}` : null;
  if (first in PLACES) return PLACES[first] ?? null;
  return first in form && !["fixed", "records", "groups"].includes(first) ? first : null;
}

function placeOfAddress(at: string, [part = "", list = "", row = "", cell = ""]: readonly string[], form: NetworkForm): string {
  const second = form.address.trim() !== "" ? at === "1" : true;
  const six = form.address6.trim() !== "" && second ? "6" : "";
  if (part !== "dhcp") return `address${six}`;
  if (list === "hosts" && !six && row in form.fixed) return `fixed.${row}.${cell === "mac" || cell === "name" ? cell : "ip"}`;
  return cell === "end" ? `end${six}` : `start${six}`;
}
