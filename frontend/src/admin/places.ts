import type { Permission } from "../api/types";

/** The pages of the administration, each absent for who may see nothing of it. */
export const ADMIN_PLACES = [
  { to: "/admin/users", title: "admin.users.many", needs: "user.manage" },
  { to: "/admin/groups", title: "admin.groups.many", needs: "user.manage" },
  { to: "/admin/roles", title: "admin.roles.many", needs: "role.manage" },
  { to: "/admin/grants", title: "admin.grants.many", needs: "grant.manage" },
  { to: "/admin/quotas", title: "admin.quotas.many", needs: "quota.manage" },
  { to: "/admin/tokens", title: "admin.tokens.many", needs: "user.manage" },
  { to: "/admin/audit", title: "admin.audit.many", needs: "audit.read" },
] as const satisfies readonly { to: string; title: string; needs: Permission }[];

export function adminPlaces(everywhere: readonly Permission[] | undefined): readonly (typeof ADMIN_PLACES)[number][] {
  return ADMIN_PLACES.filter(({ needs }) => everywhere?.includes(needs));
}
