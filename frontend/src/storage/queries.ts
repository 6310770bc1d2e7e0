import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, type Query } from "../api/client";
import type { Host, Job, Page, Plan } from "../api/types";
import { keys } from "../live/keys";
import type { Image, Pool, PoolOptions, Report, Trend, Volume, WholeVolume } from "./shapes";

const MOST = 100;

export function usePools(query: Query) {
  return useQuery({
    queryKey: keys.list("pool", query),
    queryFn: ({ signal }) => api.get<Page<Pool>>("/pools/", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function usePool(id: string) {
  return useQuery({
    queryKey: keys.one("pool", id),
    queryFn: ({ signal }) => api.get<Pool>(`/pools/${id}/`, {}, signal),
  });
}

/** The pools that could take something new now, of one host or of all. */
export function usePoolsToChoose(host?: string) {
  return useQuery({
    queryKey: keys.list("pool", "to-choose", host),
    queryFn: ({ signal }) => api.get<Page<Pool>>("/pools/", { host, state: "running", limit: MOST, ordering: "name" }, signal),
    select: (page) => page.results,
  });
}

export function useHostsToChoose() {
  return useQuery({
    queryKey: keys.list("host", "to-choose"),
    queryFn: ({ signal }) => api.get<Page<Host>>("/hosts/", { state: "up", limit: MOST, ordering: "name" }, signal),
    select: (page) => page.results,
  });
}

/** What kinds of pools a host can have. */
export function usePoolOptions(host: string) {
  return useQuery({
    queryKey: keys.one("host", host, "pool-options"),
    queryFn: ({ signal }) => api.get<PoolOptions>("/pools/options/", { host }, signal),
    enabled: host !== "",
  });
}

/** How full it was. The figures come about once an hour, so no notice tells of them. */
export function useTrend(id: string) {
  return useQuery({
    queryKey: ["pool-trend", id],
    queryFn: ({ signal }) => api.get<Trend>(`/pools/${id}/trend/`, { days: 30 }, signal),
    refetchInterval: 300_000,
  });
}

export function useVolumes(pool: string, query: Query) {
  return useQuery({
    queryKey: keys.list("volume", pool, query),
    queryFn: ({ signal }) => api.get<Page<Volume>>("/volumes/", { ...query, pool }, signal),
    placeholderData: keepPreviousData,
  });
}

export function useVolume(id: string) {
  return useQuery({
    queryKey: keys.one("volume", id),
    queryFn: ({ signal }) => api.get<WholeVolume>(`/volumes/${id}/`, {}, signal),
  });
}

export function useVolumesToChoose(pool: string, wanted: boolean) {
  return useQuery({
    queryKey: keys.list("volume", pool, "to-choose"),
    queryFn: ({ signal }) => api.get<Page<Volume>>("/volumes/", { pool, limit: MOST, ordering: "name" }, signal),
    enabled: wanted,
    select: (page) => page.results,
  });
}

export function useImages(query: Query) {
  return useQuery({
    queryKey: keys.list("image", query),
    queryFn: ({ signal }) => api.get<Page<Image>>("/images/", query, signal),
    placeholderData: keepPreviousData,
  });
}

/** What nothing uses, and what is missing. It hangs on all that happens to volumes and domains. */
export function useReport(host: string) {
  return useQuery({
    queryKey: keys.list("volume", "report", host),
    queryFn: ({ signal }) => api.get<Report>("/storage-report/", { host }, signal),
  });
}

/** A request that becomes a job, and what it would do. */
export interface Asking<Wish> {
  method: "POST" | "PATCH" | "DELETE";
  path: string;
  send: (wish: Wish) => Promise<Job>;
  plan: (wish: Wish) => Promise<Plan>;
}

export const posting = <Wish = Record<string, unknown>>(path: string): Asking<Wish> => ({
  method: "POST",
  path,
  send: (wish) => api.post(path, wish),
  plan: (wish) => api.post(path, wish, { plan: 1 }),
});

export const patching = <Wish = Record<string, unknown>>(path: string): Asking<Wish> => ({
  method: "PATCH",
  path,
  send: (wish) => api.patch(path, wish),
  plan: (wish) => api.patch(path, wish, { plan: 1 }),
});

/** A deletion's wish is its query. */
export const deleting = (path: string): Asking<Query> => ({
  method: "DELETE",
  path,
  send: (wish) => api.delete(path, wish),
  plan: (wish) => api.delete(path, { ...wish, plan: 1 }),
});
