import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { Job, Page, Plan, Snapshot, SnapshotWish } from "../../api/types";
import { keys } from "../../live/keys";

const MOST = 500; // a tree is shown whole

export function useSnapshots(domain: string) {
  return useQuery({
    queryKey: keys.list("snapshot", domain),
    queryFn: ({ signal }) => api.get<Page<Snapshot>>(`/domains/${domain}/snapshots/`, { limit: MOST }, signal),
    select: (page) => page.results,
  });
}

export interface Revert {
  name: string;
  start: boolean;
  force: boolean;
}

export interface Removal {
  name: string;
  children: boolean;
}

const path = (domain: string, name: string) => `/domains/${domain}/snapshots/${encodeURIComponent(name)}/`;

export const take = (domain: string, wish: SnapshotWish): Promise<Job> => api.post(`/domains/${domain}/snapshots/`, wish);
export const planTake = (domain: string, wish: SnapshotWish): Promise<Plan> => api.post(`/domains/${domain}/snapshots/`, wish, { plan: 1 });
export const revert = (domain: string, { name, ...options }: Revert): Promise<Job> => api.post(`${path(domain, name)}revert/`, options);
export const planRevert = (domain: string, { name, ...options }: Revert): Promise<Plan> =>
  api.post(`${path(domain, name)}revert/`, options, { plan: 1 });
export const remove = (domain: string, { name, children }: Removal): Promise<Job> =>
  api.delete(path(domain, name), { children: children || undefined });
export const planRemove = (domain: string, { name, children }: Removal): Promise<Plan> =>
  api.delete(path(domain, name), { children: children || undefined, plan: 1 });
