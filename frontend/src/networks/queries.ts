import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useMaySomewhere } from "../access/queries";
import { api, type Query } from "../api/client";
import type { Host, Job, Page, Plan } from "../api/types";
import { isOpen } from "../jobs/queries";
import { watchJob } from "../jobs/watched";
import { keys } from "../live/keys";
import type { ClusterNetwork, HostInterface, Leases, NetworkDetail, NetworkFilter, NetworkFilterDetail, NetworkOptions, NetworkRow } from "./shapes";

const MOST = 200; // more than anybody picks from
const LEASES_EVERY_MS = 10_000;
type Wish = Record<string, unknown>;
const PLAN: Query = { plan: 1 };

export function useNetworks(query: Query) {
  return useQuery({
    queryKey: keys.list("network", query),
    queryFn: ({ signal }) => api.get<Page<NetworkRow>>("/networks/", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function useNetwork(id: string) {
  return useQuery({
    queryKey: keys.one("network", id),
    queryFn: ({ signal }) => api.get<NetworkDetail>(`/networks/${id}/`, {}, signal),
  });
}

export function useNetworkXML(id: string) {
  return useQuery({
    queryKey: keys.one("network", id, "xml"),
    queryFn: ({ signal }) => api.get<{ live: string | null; inactive: string | null }>(`/networks/${id}/xml/`, {}, signal),
  });
}

/** Nobody tells of a new lease: they are asked for now and then. */
export function useLeases(id: string, wanted = true) {
  return useQuery({
    queryKey: keys.one("network", id, "leases"),
    queryFn: ({ signal }) => api.get<Leases>(`/networks/${id}/leases/`, {}, signal),
    refetchInterval: LEASES_EVERY_MS,
    enabled: wanted,
  });
}

/** What a host offers: kinds, bridges and cards, a subnet that is free. */
export function useNetworkOptions(host: string) {
  return useQuery({
    queryKey: keys.list("network", "options", host),
    queryFn: ({ signal }) => api.get<NetworkOptions>("/networks/options/", { host }, signal),
    enabled: host !== "",
  });
}

export function useHostInterfaces(host: string) {
  return useQuery({
    queryKey: keys.one("host", host, "interfaces"),
    queryFn: ({ signal }) => api.get<HostInterface[]>(`/hosts/${host}/interfaces/`, {}, signal),
    enabled: host !== "",
  });
}

/** When the hosts that do not answer were seen last, by id: what is told of their networks may no longer be true. */
export function useSilentHosts() {
  return useQuery({
    queryKey: keys.list("host", "silent"),
    queryFn: ({ signal }) => api.get<Page<Host>>("/hosts/", { limit: MOST, fields: "id,stale,seen_at" }, signal),
    enabled: useMaySomewhere("host.read"),
    select: (page) => new Map(page.results.filter(({ stale }) => stale).map(({ id, seen_at }) => [id, seen_at])),
  });
}

export function useHostsToChoose() {
  return useQuery({
    queryKey: keys.list("host", "for-networks"),
    queryFn: ({ signal }) => api.get<Page<Host>>("/hosts/", { state: "up", limit: MOST, ordering: "name" }, signal),
    select: (page) => page.results,
  });
}

export const create = (wish: Wish): Promise<Job> => api.post("/networks/", wish);
export const planCreate = (wish: Wish): Promise<Plan> => api.post("/networks/", wish, PLAN);
export const edit = (id: string, wish: Wish): Promise<Job> => api.patch(`/networks/${id}/`, wish);
export const planEdit = (id: string, wish: Wish): Promise<Plan> => api.patch(`/networks/${id}/`, wish, PLAN);
export const start = (id: string): Promise<Job> => api.post(`/networks/${id}/start/`);
export const stop = (id: string, force = false): Promise<Job> => api.post(`/networks/${id}/stop/`, force ? { force } : {});

export const remove = (id: string): Promise<Job> => api.delete(`/networks/${id}/`);
export const planRemove = (id: string): Promise<Plan> => api.delete(`/networks/${id}/`, PLAN);

export function useClusterNetworks(query: Query) {
  return useQuery({
    queryKey: keys.list("cluster_network", query),
    queryFn: ({ signal }) => api.get<Page<ClusterNetwork>>("/cluster-networks/", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function useFilters(query: Query) {
  return useQuery({
    queryKey: keys.list("filter", query),
    queryFn: ({ signal }) => api.get<Page<NetworkFilter>>("/network-filters/", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function useFilter(id: string) {
  return useQuery({
    queryKey: keys.one("filter", id),
    queryFn: ({ signal }) => api.get<NetworkFilterDetail>(`/network-filters/${id}/`, {}, signal),
  });
}

export const createFilter = (wish: Wish): Promise<Job> => api.post("/network-filters/", wish);
export const planCreateFilter = (wish: Wish): Promise<Plan> => api.post("/network-filters/", wish, PLAN);
export const editFilter = (id: string, wish: Wish): Promise<Job> => api.put(`/network-filters/${id}/`, wish);
export const planEditFilter = (id: string, wish: Wish): Promise<Plan> => api.put(`/network-filters/${id}/`, wish, PLAN);
export const removeFilter = (id: string): Promise<Job> => api.delete(`/network-filters/${id}/`);
export const planRemoveFilter = (id: string): Promise<Plan> => api.delete(`/network-filters/${id}/`, PLAN);

export const shareNetwork = (wish: Wish): Promise<ClusterNetwork> => api.post("/cluster-networks/", wish);
export const forgetShared = (id: string): Promise<unknown> => api.delete(`/cluster-networks/${id}/`);
export const applyShared = (id: string): Promise<Job> => api.post(`/cluster-networks/${id}/apply/`);
export const planApplyShared = (id: string): Promise<Plan> => api.post(`/cluster-networks/${id}/apply/`, {}, PLAN);

const LOOK_EVERY_MS = 1_000;

/** Off and on again, for only then the node takes the new definition. */
export async function restart(id: string, force: boolean): Promise<Job> {
  let stopping = await stop(id, force);
  watchJob(stopping.id);
  while (isOpen(stopping)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    stopping = await api.get<Job>(`/jobs/${stopping.id}/`);
  }
  if (stopping.state !== "succeeded") throw new Error(stopping.error?.detail ?? stopping.state);
  return start(id);
}
