import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, type Query } from "../../api/client";
import type { components } from "../../api/schema";
import type { Host, Page } from "../../api/types";
import { keys } from "../../live/keys";

export type Cluster = components["schemas"]["Cluster"];
export type ClusterWish = components["schemas"]["ClusterBodyRequest"];

const ALL = 1000;

export function useClusters(query: Query, enabled = true) {
  return useQuery({
    queryKey: keys.list("cluster", query),
    queryFn: ({ signal }) => api.get<Page<Cluster>>("/clusters/", query, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useCluster(id: string) {
  return useQuery({
    queryKey: keys.one("cluster", id),
    queryFn: ({ signal }) => api.get<Cluster>(`/clusters/${id}/`, {}, signal),
  });
}

/** Every host that one may see, of one cluster or of all: to choose from, and to add up. */
export function useAllHosts(cluster?: string) {
  return useQuery({
    queryKey: keys.list("host", "all", cluster),
    queryFn: ({ signal }) => api.get<Page<Host>>("/hosts/", { cluster, limit: ALL, ordering: "name" }, signal),
    select: (page) => page.results,
  });
}

// Who may do what hangs on which host is in which cluster.
const OUTDATED = ["cluster", "host", "domain", "cluster_network", "grants-on", "me"];

/** A change of clusters; what it outdates is read again, also where only a part of it was done. */
export function useClusterChange<Wish, Answer>(send: (wish: Wish) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSettled: () => void client.invalidateQueries({ predicate: ({ queryKey }) => OUTDATED.includes(String(queryKey[0])) }),
  });
}

export const saveCluster =
  (id?: string) =>
  (wish: ClusterWish): Promise<Cluster> =>
    id ? api.patch(`/clusters/${id}/`, wish) : api.post("/clusters/", wish);
export const deleteCluster = (id: string) => api.delete(`/clusters/${id}/`);

/** Put each of these hosts into its cluster, or into none; one after the other, up to the first that is refused. */
export async function moveHosts(moves: readonly { host: string; cluster: string | null }[]): Promise<void> {
  for (const { host, cluster } of moves) await api.patch(`/hosts/${host}/`, { cluster });
}
