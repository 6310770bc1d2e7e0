import { ConnectedIcon, GlobeRouteIcon, LockIcon, NetworkIcon, NetworkWiredIcon, PortIcon, TopologyIcon, UnlockIcon } from "@patternfly/react-icons";
import type { ComponentType } from "react";

/** What a network is to people: libvirt says it with a forward mode, a bridge, a card and a virtual port. */
export const KINDS = ["nat", "isolated", "route", "open", "bridge", "macvtap", "openvswitch"] as const;
export type Kind = (typeof KINDS)[number] | "other";

export const KIND_ICON: Readonly<Record<Kind, ComponentType>> = {
  nat: GlobeRouteIcon,
  isolated: LockIcon,
  route: TopologyIcon,
  open: UnlockIcon,
  bridge: NetworkWiredIcon,
  macvtap: PortIcon,
  openvswitch: ConnectedIcon,
  other: NetworkIcon,
};

/** The forward modes of a card that guests share without a bridge. */
export const CARD_MODES = ["bridge", "vepa", "private", "passthrough"] as const;

/** Kinds whose addresses libvirt gives: it makes the bridge, and its dnsmasq answers there. */
export const ADDRESSED: readonly Kind[] = ["nat", "isolated", "route", "open"];

interface Forwarded {
  /** Empty and "none" are isolated. */
  forward?: string | null;
  bridge?: string | null;
  virtualport?: { type?: string } | null;
}

export function kindOf({ forward, bridge, virtualport }: Forwarded): Kind {
  if (virtualport?.type === "openvswitch") return "openvswitch";
  switch (forward ?? "") {
    case "":
    case "none":
      return "isolated";
    case "nat":
    case "route":
    case "open":
      return forward as Kind;
    case "bridge":
      return bridge ? "bridge" : "macvtap";
    case "private":
    case "vepa":
    case "passthrough":
      return "macvtap";
    default:
      return "other";
  }
}
