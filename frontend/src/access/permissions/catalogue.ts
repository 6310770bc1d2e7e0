import type { Permission } from "../../api/types";

/** What all permissions of one kind of object are about, as "domain" of "domain.start". */
export const kindOf = (permission: string): string => permission.split(".")[0] ?? permission;

// What most grants are about comes first.
const ORDER: readonly string[] = ["domain", "template", "host", "cluster", "pool", "volume", "image", "network", "filter", "job", "event", "metrics", "audit", "user", "role", "grant", "quota"];
const place = (kind: string) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);

/** The permissions of each kind. */
export function byKind(permissions: Iterable<Permission>): ReadonlyMap<string, readonly Permission[]> {
  const kinds = new Map<string, Permission[]>();
  for (const permission of permissions) {
    const of = kinds.get(kindOf(permission));
    if (of) of.push(permission);
    else kinds.set(kindOf(permission), [permission]);
  }
  return new Map([...kinds].sort(([a], [b]) => place(a) - place(b)));
}

export interface Difference {
  onlyFirst: readonly Permission[];
  onlySecond: readonly Permission[];
}

export function difference(first: readonly Permission[], second: readonly Permission[]): Difference {
  return { onlyFirst: first.filter((each) => !second.includes(each)), onlySecond: second.filter((each) => !first.includes(each)) };
}

/** The chosen ones after a click on a kind or a permission: `which` go in or out together. */
export function toggled(chosen: ReadonlySet<Permission>, which: readonly Permission[], wanted: boolean): ReadonlySet<Permission> {
  const after = new Set(chosen);
  for (const each of which) {
    if (wanted) after.add(each);
    else after.delete(each);
  }
  return after;
}
