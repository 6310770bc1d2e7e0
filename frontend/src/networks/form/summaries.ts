import type { TFunction } from "i18next";

import { wordsOf, type NetworkForm } from "./form";

export const PARTS = ["fixed", "names", "ipv6", "vlans", "limits", "running"] as const;
export type Part = (typeof PARTS)[number];

const listed = (parts: readonly (string | false | undefined)[], none: string): string => parts.filter(Boolean).join(" · ") || none;

/** What a folded part is set to, said in its header. */
export const SUMMARY: Readonly<Record<Part, (form: NetworkForm, t: TFunction) => string>> = {
  fixed: ({ fixed }, t) => (fixed.length > 0 ? t("network.sum.fixed", { count: fixed.length }) : t("network.sum.none")),
  names: ({ dns, domain, records }, t) =>
    dns ? listed([domain, records.length > 0 && t("network.sum.records", { count: records.length })], t("network.sum.dns")) : t("network.sum.noDns"),
  ipv6: ({ address6 }, t) => address6 || t("network.sum.none"),
  vlans: ({ vlan, groups }, t) =>
    listed([vlan && t("network.sum.vlans", { ids: wordsOf(vlan).join(", ") }), groups.length > 0 && t("network.sum.groups", { count: groups.length })], t("network.sum.none")),
  limits: ({ inbound, outbound, mtu, isolation }, t) =>
    listed(
      [inbound && t("network.sum.inbound", { rate: inbound }), outbound && t("network.sum.outbound", { rate: outbound }), mtu && `MTU ${mtu}`, isolation && t("network.isolation")],
      t("network.sum.none"),
    ),
  running: ({ autostart }, t) => t(autostart ? "network.sum.autostart" : "network.sum.noAutostart"),
};
