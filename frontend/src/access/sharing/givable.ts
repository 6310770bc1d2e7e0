import type { Permission } from "../../api/types";
import type { GrantOn, Role, Shared } from "./queries";

// Of which kinds the permissions are that mean anything on an object; on a host or a cluster all do. As the server has it.
const CONCERNS: Partial<Record<Shared["kind"], readonly string[]>> = {
  domain: ["domain", "job", "event", "grant"],
  tag: ["domain", "job", "event", "grant"],
  template: ["template", "domain", "job", "event", "grant"],
  pool: ["pool", "volume", "image", "job", "event", "grant"],
  network: ["network", "filter", "job", "event", "grant"],
};

/** Those of a role's permissions that mean anything in a grant on an object of this kind. */
export function concerning(kind: Shared["kind"], permissions: readonly Permission[]): readonly Permission[] {
  const kinds = CONCERNS[kind];
  return kinds ? permissions.filter((each) => kinds.includes(each.split(".")[0] ?? "")) : permissions;
}

/**
 * The names of the roles that one has on an object by what reaches it: one's own, and those of groups. Which groups one
 * is in is not known here, so a group's role counts where one has a role of that name at all.
 */
export function rolesOnIt(grants: readonly Pick<GrantOn, "to" | "role">[], me: { id: string; roles: readonly string[] }): readonly string[] {
  return grants.filter(({ to, role }) => (to.kind === "user" ? to.id === me.id : me.roles.includes(role.name))).map(({ role }) => role.name);
}

type Given = Pick<Role, "name" | "permissions">;

/**
 * The roles that one may give on an object, and those that reach beyond what one may do there oneself: by what one may
 * everywhere, and by the roles (`mine`, their names) that one has there. A role that means nothing on such an object is
 * neither. The server decides; this only keeps what it would refuse out of the list.
 */
export function givable<R extends Given>(roles: readonly R[], everywhere: readonly Permission[], mine: readonly string[], kind: Shared["kind"]): { fitting: readonly R[]; beyond: readonly R[] } {
  const have = new Set<Permission>(everywhere);
  for (const role of roles) if (mine.includes(role.name)) role.permissions.forEach((each) => have.add(each));
  const meaning = roles.filter(({ permissions }) => concerning(kind, permissions).length > 0);
  const fits = ({ permissions }: R) => concerning(kind, permissions).every((each) => have.has(each));
  return { fitting: meaning.filter(fits), beyond: meaning.filter((role) => !fits(role)) };
}
