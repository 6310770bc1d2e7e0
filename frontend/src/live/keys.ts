import type { QueryKey } from "@tanstack/react-query";

import type { Changes } from "./rounds";

/**
 * Query keys, so that a notice finds what it outdates: `[kind, "list", …]` holds many objects of the kind,
 * `[kind, "one", id, …]` is about one of them.
 */
export const keys = {
  list: (kind: string, ...rest: unknown[]): QueryKey => [kind, "list", ...rest],
  one: (kind: string, id: string, ...rest: unknown[]): QueryKey => [kind, "one", id, ...rest],
};

// What also changes when an object of a kind does: every change of these is an event, a host counts its domains,
// volumes name their users, quotas count it, and only jobs put something into the recycle bin or take it out.
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  domain: ["event", "host", "snapshot", "volume", "backup", "schedule", "network", "quota"],
  host: ["event", "domain", "pool", "network", "filter", "cluster_network", "cluster"],
  cluster: ["host", "domain", "cluster_network", "quota"],
  job: ["event", "deleted_domain", "template", "backup", "schedule", "image"],
  network: ["cluster_network"],
  volume: ["pool"],
};

/** Whether the query reads something that changed. */
export function outdates(changes: Changes, key: QueryKey): boolean {
  const [kind, scope, id, part] = key;
  for (const [changed, ids] of changes) {
    if (kind === changed) {
      if (scope !== "one" || ids.has(String(id))) return true;
    } else if ((scope !== "one" || part === undefined) && FOLLOWS[changed]?.includes(String(kind))) {
      return true; // an object's parts (XML, disks …) are its own
    }
  }
  return false;
}
