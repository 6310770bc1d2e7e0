import type { Permission } from "../../api/types";
import type { Role } from "./queries";

/**
 * The roles that one may give on an object: those whose permissions one has everywhere, or here by a role of one's own.
 * `mine` names the roles that one has here. The server decides; this only keeps what it would refuse out of the list.
 */
export function givable<R extends Pick<Role, "name" | "permissions">>(roles: readonly R[], everywhere: readonly Permission[], mine: readonly string[]): readonly R[] {
  const have = new Set<Permission>(everywhere);
  for (const role of roles) if (mine.includes(role.name)) role.permissions.forEach((each) => have.add(each));
  return roles.filter(({ permissions }) => permissions.length > 0 && permissions.every((each) => have.has(each)));
}
