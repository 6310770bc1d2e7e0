import { Link } from "react-router";

import type { Reference } from "../api/types";
import { useMaySomewhere } from "./queries";

/** A cluster's name, and the way to it for who may see clusters. */
export function ClusterName({ cluster }: { cluster: Reference }) {
  return useMaySomewhere("cluster.read") ? <Link to={`/clusters/${cluster.id}`}>{cluster.name}</Link> : <>{cluster.name}</>;
}
