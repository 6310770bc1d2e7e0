import { useQuery } from "@tanstack/react-query";

import { useListing } from "../../access/listing";
import { api } from "../../api/client";
import type { Domain, Host, Job, Plan, Pool } from "../../api/types";
import { keys } from "../../live/keys";

export interface CloneWish {
  name: string;
  linked?: boolean;
  host?: string;
  pool?: string;
}

export interface Deletion {
  /** The targets of the disks that go with it. */
  volumes: readonly string[];
  /** At once and for good, past the recycle bin. */
  permanent: boolean;
}

export const clone = (id: string, wish: CloneWish): Promise<Job> => api.post(`/domains/${id}/clone/`, wish);
export const planClone = (id: string, wish: CloneWish): Promise<Plan> => api.post(`/domains/${id}/clone/`, wish, { plan: 1 });

export const rename = (id: string, name: string): Promise<Job> => api.post(`/domains/${id}/rename/`, { name });
export const planRename = (id: string, name: string): Promise<Plan> => api.post(`/domains/${id}/rename/`, { name }, { plan: 1 });

export const remove = (id: string, deletion: Deletion): Promise<Job> => api.post(`/domains/${id}/undefine/`, deletion);
export const planDeletion = (id: string, deletion: Deletion): Promise<Plan> => api.post(`/domains/${id}/undefine/`, deletion, { plan: 1 });

/** All that could go with it: the disks that nobody else uses, and why others stay. */
export function useWholeDeletion(id: string) {
  return useQuery({
    queryKey: ["plan", "deletion", id, "whole"],
    queryFn: () => api.post<Plan>(`/domains/${id}/undefine/`, { volumes: true }, { plan: 1 }),
    retry: false,
    gcTime: 0,
    staleTime: Infinity,
  });
}

/** Where a copy could lie: every host of its kind that is up. */
export function useCloneHosts(domain: Domain) {
  const list = useListing("host.read");
  return useQuery({
    queryKey: keys.list("host", "clone", domain.driver),
    queryFn: ({ signal }) => list<Host>("/hosts/", { state: "up", limit: 100, ordering: "name" }, signal),
    select: (page) => page.results.filter((host) => host.driver === domain.driver),
  });
}

export function usePoolsOf(host: string) {
  const list = useListing("pool.read");
  return useQuery({
    queryKey: keys.list("pool", "of", host),
    queryFn: ({ signal }) => list<Pool>("/pools/", { host, state: "running", limit: 100, ordering: "name" }, signal),
    select: (page) => page.results,
  });
}
