import { Link } from "react-router";

import type { Reference } from "../api/types";
import { useMaySomewhere } from "./queries";

/** A host's name, and the way to it for who may see hosts. */
export function HostName({ host }: { host: Reference }) {
  return useMaySomewhere("host.read") ? <Link to={`/hosts/${host.id}`}>{host.name}</Link> : <>{host.name}</>;
}
