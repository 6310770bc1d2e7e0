import type { components } from "../api/schema";
import type { Me, Permission } from "../api/types";

// From where a permission about a kind of object reaches such objects: one about machines that stands on a pool finds none.
const OF_A_HOST = ["host", "cluster"];
const REACHED_FROM: Readonly<Record<string, readonly string[]>> = {
  host: OF_A_HOST,
  cluster: ["cluster"],
  domain: ["domain", "tag", ...OF_A_HOST],
  template: ["template", ...OF_A_HOST],
  pool: ["pool", ...OF_A_HOST],
  volume: ["pool", ...OF_A_HOST],
  network: ["network", ...OF_A_HOST],
  filter: OF_A_HOST,
};
// What is made is made on something: a pool on a host, a machine on a host or of a template.
const MADE_ON: Partial<Record<Permission, readonly string[]>> = {
  "domain.create": ["template", ...OF_A_HOST],
  "pool.create": OF_A_HOST,
  "network.create": OF_A_HOST,
  "host.enrol": ["cluster"],
};

export type GrantableKind = components["schemas"]["GrantableKind"];

/** Whether a permission is had everywhere, or on something from where it reaches objects of this kind. */
export function reachesKind(permissions: Me["permissions"], permission: Permission, kind: GrantableKind): boolean {
  const from = REACHED_FROM[kind] ?? [kind];
  return permissions.everywhere.includes(permission) || (permissions.on[permission] ?? []).some((each) => from.includes(each));
}

/** Whether a permission is had everywhere, or on something from where it reaches what it is about. */
export function reaches(permissions: Me["permissions"], permission: Permission): boolean {
  if (permissions.everywhere.includes(permission)) return true;
  if (!permissions.somewhere.includes(permission)) return false;
  const from = MADE_ON[permission] ?? REACHED_FROM[permission.split(".")[0] ?? ""];
  return from === undefined || (permissions.on[permission] ?? []).some((kind) => from.includes(kind));
}
