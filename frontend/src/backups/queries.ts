import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useListing } from "../access/listing";
import { api, type Query } from "../api/client";
import type { Domain, Job, Page, Plan, Pool } from "../api/types";
import { keys } from "../live/keys";
import type { Backup, Schedule } from "./shapes";

const MOST = 200; // more than anybody picks from
const PLAN: Query = { plan: 1 };
type Wish = Record<string, unknown>;

/** The restore points, of one domain or of all. */
export function useBackups(query: Query, domain?: string) {
  return useQuery({
    queryKey: keys.list("backup", domain ?? "all", query),
    queryFn: ({ signal }) => api.get<Page<Backup>>(domain ? `/domains/${domain}/backups/` : "/backups/", query, signal),
    placeholderData: keepPreviousData,
  });
}

/** Pools of files that can hold a backup, with their room. */
export function useBackupPools(host?: string) {
  const list = useListing("pool.read");
  return useQuery({
    queryKey: keys.list("pool", "for-backups", host),
    queryFn: ({ signal }) => list<Pool>("/pools/", { host, state: "running", limit: MOST, ordering: "name" }, signal),
    select: (page) => page.results.filter(({ type }) => HOLDS_FILES.includes(type)),
  });
}

const HOLDS_FILES: readonly string[] = ["dir", "fs", "netfs", "gluster", "vstorage"];

export function useDomainsToChoose(wanted = true) {
  return useQuery({
    queryKey: keys.list("domain", "to-choose"),
    queryFn: ({ signal }) => api.get<Page<Domain>>("/domains/", { limit: MOST, ordering: "name", fields: "id,name,tags,host" }, signal),
    select: (page) => page.results,
    enabled: wanted,
  });
}

export const backUp = (domain: string, wish: Wish): Promise<Job> => api.post(`/domains/${domain}/backups/`, wish);
export const planBackUp = (domain: string, wish: Wish): Promise<Plan> => api.post(`/domains/${domain}/backups/`, wish, PLAN);
export const verify = (id: string): Promise<Job> => api.post(`/backups/${id}/verify/`);
export const restore = (id: string, wish: Wish): Promise<Job> => api.post(`/backups/${id}/restore/`, wish);
export const planRestore = (id: string, wish: Wish): Promise<Plan> => api.post(`/backups/${id}/restore/`, wish, PLAN);

export interface Removal {
  id: string;
  /** With those that stand on it. */
  children: boolean;
}
export const remove = ({ id, children }: Removal): Promise<Job> => api.delete(`/backups/${id}/`, { children: children || undefined });
export const planRemove = ({ id, children }: Removal): Promise<Plan> => api.delete(`/backups/${id}/`, { children: children || undefined, plan: 1 });

export function useSchedules(query: Query) {
  return useQuery({
    queryKey: keys.list("schedule", query),
    queryFn: ({ signal }) => api.get<Page<Schedule>>("/schedules/", query, signal),
    placeholderData: keepPreviousData,
  });
}

export const runSchedule = (id: string): Promise<Job> => api.post(`/schedules/${id}/run/`);

/** Make, change or give up a schedule. */
export function useScheduleChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, wish }: { id: string | null; wish: Wish | null }) =>
      id === null ? api.post<unknown>("/schedules/", wish) : wish === null ? api.delete<unknown>(`/schedules/${id}/`) : api.patch<unknown>(`/schedules/${id}/`, wish),
    onSuccess: () => client.invalidateQueries({ queryKey: ["schedule"] }),
  });
}
