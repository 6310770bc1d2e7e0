import { Link } from "react-router";

import { useMay } from "../../access/queries";
import type { Reference } from "../../api/types";

/** A role's name, and the way to it for who may open it. */
export function RoleName({ role }: { role: Reference }) {
  return useMay("role.manage") ? <Link to={`/admin/roles/${role.id}`}>{role.name}</Link> : <>{role.name}</>;
}
