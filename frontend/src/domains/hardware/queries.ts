import { useQuery } from "@tanstack/react-query";

import { useListing } from "../../access/listing";
import { api, type Query } from "../../api/client";
import type { HostInterface, Image, Job, Network, Page, Plan, Pool, Volume } from "../../api/types";
import { isOpen } from "../../jobs/queries";
import { watchJob } from "../../jobs/watched";
import { keys } from "../../live/keys";
import type { Device, Hardware } from "./types";
import type { Done } from "./useChange";

const MOST = 200; // more than anybody picks from

export function useHardware(id: string) {
  return useQuery({
    queryKey: keys.one("domain", id, "hardware"),
    queryFn: ({ signal }) => api.get<Hardware>(`/domains/${id}/hardware/`, {}, signal),
  });
}

/** Where the API has a device: disks and interfaces by what tells them apart, the others by their key. */
export function pathOf(domain: string, { key, kind }: Pick<Device, "key" | "kind">): string {
  const own = key.slice(kind.length + 1);
  if (kind === "disk" && !/^\d+$/.test(own)) return `/domains/${domain}/disks/${encodeURIComponent(own)}/`;
  if (kind === "interface" && own.includes(":")) return `/domains/${domain}/interfaces/${own}/`;
  return `/domains/${domain}/devices/${encodeURIComponent(key)}/`;
}

type Wish = Record<string, unknown>;
const PLAN: Query = { plan: 1 };

export const planSettings = (id: string, wish: Wish): Promise<Plan> => api.patch(`/domains/${id}/`, wish, PLAN);
export const saveSettings = (id: string, wish: Wish): Promise<Done> => api.patch(`/domains/${id}/`, wish);
export const planDevice = (id: string, device: Device, wish: Wish): Promise<Plan> => api.patch(pathOf(id, device), wish, PLAN);
export const saveDevice = (id: string, device: Device, wish: Wish): Promise<Job> => api.patch(pathOf(id, device), wish);
export const planRemoval = (id: string, device: Device): Promise<Plan> => api.delete(pathOf(id, device), PLAN);
export const removeDevice = (id: string, device: Device): Promise<Job> => api.delete(pathOf(id, device));

export const moveDisk = (id: string, target: string, wish: Wish): Promise<Job> => api.post(`/domains/${id}/disks/${encodeURIComponent(target)}/move/`, wish);
export const planMove = (id: string, target: string, wish: Wish): Promise<Plan> => api.post(`/domains/${id}/disks/${encodeURIComponent(target)}/move/`, wish, PLAN);

function placeOf(id: string, kind: string, wish: Wish): [string, Wish] {
  if (kind === "disk") return [`/domains/${id}/disks/`, wish];
  if (kind === "interface") return [`/domains/${id}/interfaces/`, wish];
  return [`/domains/${id}/devices/`, { kind, ...wish }];
}

export const planAddition = (id: string, kind: string, wish: Wish): Promise<Plan> => api.post(...placeOf(id, kind, wish), PLAN);
export const addDevice = (id: string, kind: string, wish: Wish): Promise<Job> => api.post(...placeOf(id, kind, wish));

/** The pools of the host that can give room now. */
export function usePools(host: string) {
  const list = useListing("pool.read");
  return useQuery({
    queryKey: keys.list("pool", "of", host),
    queryFn: ({ signal }) => list<Pool>("/pools/", { host, state: "running", limit: MOST, ordering: "name" }, signal),
    select: (page) => page.results,
  });
}

export function useVolumes(pool: string) {
  return useQuery({
    queryKey: keys.list("volume", "of", pool),
    queryFn: ({ signal }) => api.get<Page<Volume>>(`/pools/${pool}/volumes/`, { limit: MOST, ordering: "name" }, signal),
    select: (page) => page.results,
    enabled: pool !== "",
  });
}

export function useNetworks(host: string) {
  const list = useListing("network.read");
  return useQuery({
    queryKey: keys.list("network", "of", host),
    queryFn: ({ signal }) => list<Network>("/networks/", { host, limit: MOST, ordering: "name" }, signal),
    select: (page) => page.results,
  });
}

/** The machine's own bridges, where its libvirt tells of them. */
export function useBridges(host: string, wanted: boolean) {
  return useQuery({
    queryKey: keys.one("host", host, "interfaces"),
    queryFn: ({ signal }) => api.get<HostInterface[]>(`/hosts/${host}/interfaces/`, {}, signal),
    select: (interfaces) => interfaces.filter(({ type }) => type === "bridge"),
    enabled: wanted,
  });
}

/** The names of the host's network filters. */
export function useFilterNames(host: string) {
  const list = useListing("network.read");
  return useQuery({
    queryKey: keys.list("filter", "of", host),
    queryFn: ({ signal }) => list<{ name: string }>("/network-filters/", { host, limit: MOST, ordering: "name", fields: "id,name" }, signal),
    select: (page) => page.results.map(({ name }) => name),
  });
}

/** The discs of the library that lie on the host. */
export function useLibraryDiscs(host: string, wanted: boolean) {
  const list = useListing("pool.read");
  return useQuery({
    queryKey: keys.list("image", "discs", host),
    queryFn: ({ signal }) => list<Image>("/images/", { limit: MOST, ordering: "name" }, signal),
    select: (page) =>
      page.results
        .filter(({ kind }) => kind === "iso")
        .flatMap(({ name, os, copies }) => copies.filter((copy) => copy.host.id === host).slice(0, 1).map(({ volume }) => ({ value: volume.id, label: [name, os?.name].filter(Boolean).join(" · ") }))),
    enabled: wanted,
  });
}

const LOOK_EVERY_MS = 1_000;

async function over(job: Job): Promise<Job> {
  let now = job;
  while (isOpen(now)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    now = await api.get<Job>(`/jobs/${job.id}/`);
  }
  return now;
}

/** Off and on again, for only then the node takes the new definition: a reboot inside keeps the old one. */
export async function restart(id: string, how: "shutdown" | "destroy"): Promise<Job> {
  const stopping = await api.post<Job>(`/domains/${id}/${how}/`);
  watchJob(stopping.id);
  const stopped = await over(stopping);
  if (stopped.state !== "succeeded") throw new Error(stopped.error?.detail ?? stopped.state);
  return api.post<Job>(`/domains/${id}/start/`);
}
