import type { NetworkSpec } from "../shapes";
import { formOf, specOf, type NetworkForm } from "./form";
import { kindOf } from "../kinds";

type Values = Record<string, unknown>;
const LISTS = ["ips", "devices", "port_groups"];

/** What a PATCH says: only what the form has otherwise than the network; null or an empty list takes a setting away. */
export function changesOf(form: NetworkForm, spec: NetworkSpec, autostart: boolean): Values {
  const before = specOf(formOf(form.host, form.name, kindOf(spec), spec, autostart));
  const after = specOf(form);
  const found: Values = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[name]) === JSON.stringify(after[name])) continue;
    if (!(name in after)) found[name] = LISTS.includes(name) ? [] : null;
    else if (name === "ips") found.ips = addresses(after.ips as Values[], spec);
    else if (name === "dns") found.dns = { ...sent(spec.dns), ...(after.dns as Values) };
    else found[name] = after[name];
  }
  if (found.dns === null && spec.dns) found.dns = restOfDns(spec.dns);
  if (form.autostart !== autostart) found.autostart = form.autostart;
  return found;
}

/** With what the form does not show of each subnet: further ranges, how long leases hold. */
function addresses(wanted: readonly Values[], spec: NetworkSpec): Values[] {
  return wanted.map((each) => {
    const six = String(each.address).includes(":");
    const old = spec.ips?.find(({ address }) => address.includes(":") === six);
    const dhcp = each.dhcp as { ranges?: Values[]; hosts?: { ip: string }[] } | undefined;
    if (!old?.dhcp || !dhcp) return each;
    const ranges = [...(dhcp.ranges ?? []).map((range) => ({ ...sent(old.dhcp?.ranges?.[0]), ...range })), ...(old.dhcp.ranges ?? []).slice(1).map(sent)];
    const hosts = (dhcp.hosts ?? (six ? (old.dhcp.hosts ?? []).map(sent) : [])) as { ip: string }[];
    return { ...each, dhcp: { ranges, hosts: hosts.map((host) => ({ ...kept(old.dhcp?.hosts?.find(({ ip }) => ip === host.ip)), ...host })) } };
  });
}

/** Of a fixed address that stays, what the form does not show. */
const kept = (host: { lease_seconds?: number | null; id?: string | null } | undefined): Values => sent({ lease_seconds: host?.lease_seconds, id: host?.id });

const restOfDns = (dns: object): Values | null => {
  const rest = sent({ ...dns, enabled: null, hosts: [], forwarders: [] });
  return Object.keys(rest).length > 0 ? rest : null;
};

/** Without nulls and empty lists, which replies have. */
const sent = (values: object | null | undefined): Values =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)));

/** A whole spec as a wish says it: replies have the first range and the first device twice. */
export function sentSpec(spec: NetworkSpec): Values {
  const { ips, ...rest } = { ...spec, device: null };
  const subnets = (ips ?? []).map(({ address, dhcp }) => ({ address, ...(dhcp && { dhcp: sent({ ranges: (dhcp.ranges ?? []).map(sent), hosts: (dhcp.hosts ?? []).map(sent) }) }) }));
  return deepSent({ ...rest, ips: subnets });
}

function deepSent(value: object): Values {
  return Object.fromEntries(Object.entries(sent(value)).map(([name, each]) => [name, deep(each)]));
}

const deep = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(deep) : typeof value === "object" && value !== null ? deepSent(value) : value;
