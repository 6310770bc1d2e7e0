import type { Kind } from "../kinds";

/** One interface of a domain that is on the network. */
export interface Plugged {
  domain: { id: string; name: string };
  running: boolean;
  mac: string;
  linkUp: boolean;
  /** Its end on the host, and the addresses that it was seen with. */
  device: string;
  addresses: readonly string[];
}

export interface Sketched {
  id: string;
  name: string;
  active: boolean;
  kind: Kind;
  /** The bridge that it makes or uses, and the card that guests share; empty where there is none. */
  bridge: string;
  device: string;
  addresses: readonly string[];
}

/** What of the host's own interfaces matters here. */
export interface HostPort {
  name: string;
  type: string;
  active: boolean;
  ports: readonly string[];
}

export type What = "outside" | "card" | "bridge" | "network" | "domain" | "more";

export interface Spot {
  key: string;
  what: What;
  name: string;
  /** A second line: addresses, a MAC. */
  note: string;
  up: boolean;
  /** Where it has its page. */
  to?: string;
}

export interface Wire {
  from: string;
  to: string;
  up: boolean;
  /** Through the host's routing: its packets are not simply passed on. */
  routed: boolean;
}

export interface Scene {
  /** From the outside to the machines. */
  columns: readonly (readonly Spot[])[];
  wires: readonly Wire[];
}

const MOST = 10;
const ROUTED: readonly Kind[] = ["nat", "route", "open"];

/** Who is on what: the way from the outside over card and bridge to each machine's interface. */
export function sceneOf(network: Sketched, plugged: readonly Plugged[], ports: readonly HostPort[]): Scene {
  const { kind, active } = network;
  const bridge = ports.find(({ name }) => name === network.bridge);
  const wires: Wire[] = [];
  const columns: Spot[][] = [];

  const cards = cardsOf(network, bridge, ports);
  const routed = ROUTED.includes(kind);
  const outside: Spot[] = kind === "isolated" ? [] : [{ key: "outside", what: "outside", name: "", note: "", up: true }];
  if (outside.length > 0) columns.push(outside);
  if (cards.length > 0) {
    columns.push(cards);
    cards.forEach((card) => wires.push({ from: "outside", to: card.key, up: card.up, routed: false }));
  }
  const middle: Spot[] = network.bridge ? [{ key: "bridge", what: "bridge", name: network.bridge, note: "", up: bridge?.active ?? active }] : [];
  if (middle.length > 0) {
    columns.push(middle);
    const behind = cards.length > 0 ? cards : routed || kind !== "isolated" ? outside : [];
    behind.forEach((spot) => wires.push({ from: spot.key, to: "bridge", up: spot.up && active, routed }));
  }
  columns.push([{ key: "network", what: "network", name: network.name, note: network.addresses.join(", "), up: active }]);
  const before = middle.length > 0 ? middle : cards.length > 0 ? cards : outside;
  before.forEach((spot) => wires.push({ from: spot.key, to: "network", up: spot.up && active, routed: routed && middle.length === 0 }));

  const machines = plugged.slice(0, MOST).map(spotOf);
  if (plugged.length > MOST) machines.push({ key: "more", what: "more", name: String(plugged.length - MOST), note: "", up: active });
  if (machines.length > 0) columns.push(machines);
  machines.forEach((spot) => wires.push({ from: "network", to: spot.key, up: active && spot.up, routed: false }));
  return { columns, wires };
}

function spotOf({ domain, running, mac, linkUp, device, addresses }: Plugged): Spot {
  return {
    key: `${domain.id} ${mac}`,
    what: "domain",
    name: domain.name,
    note: addresses[0] ?? device ?? mac,
    up: running && linkUp,
    to: `/domains/${domain.id}`,
  };
}

/** The host's cards that the network leaves through: the shared one, or those that the bridge holds. Guests' own ends are none. */
function cardsOf(network: Sketched, bridge: HostPort | undefined, ports: readonly HostPort[]): Spot[] {
  const names = network.device ? [network.device] : ["bridge", "openvswitch"].includes(network.kind) ? (bridge?.ports ?? []) : [];
  return names
    .map((name) => ({ name, known: ports.find((port) => port.name === name) }))
    .filter(({ name, known }) => known !== undefined || name === network.device)
    .map(({ name, known }) => ({ key: `card ${name}`, what: "card" as const, name, note: known?.type === "ethernet" ? "" : (known?.type ?? ""), up: known?.active ?? true }));
}
