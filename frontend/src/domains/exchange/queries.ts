import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { components } from "../../api/schema";
import type { Job, Network, Page, Plan } from "../../api/types";
import { keys } from "../../live/keys";

type Schemas = components["schemas"];

export type ExportWish = Schemas["ExportBodyRequest"];
export type ImportWish = Partial<Schemas["ImportBodyRequest"]> & { host: string; volume: string };
type Volume = Schemas["Volume"];

/** What a look into a volume has found. */
export interface Inside {
  kind: "appliance" | "disk";
  name: string;
  os: string;
  vcpus: number;
  memory_bytes: number;
  firmware: string;
  disks: { file: string; format: string; capacity_bytes: number }[];
  interfaces: unknown[];
  warnings: string[];
}

const MOST = 100;
const IMPORTABLE = /\.(ova|vmdk|vdi|vhdx?|qcow2)$/i;
const FOREIGN: readonly string[] = ["vmdk", "vdi", "vhdx", "vpc"];

export const exportDomain = (id: string, wish: ExportWish): Promise<Job> => api.post(`/domains/${id}/export/`, wish);
export const planExport = (id: string, wish: ExportWish): Promise<Plan> => api.post(`/domains/${id}/export/`, wish, { plan: 1 });

export const lookInside = (volume: string): Promise<Job> => api.post(`/volumes/${volume}/appliance/`);
export const importDomain = (wish: ImportWish): Promise<Job> => api.post("/domains/import/", wish);
export const planImport = (wish: ImportWish): Promise<Plan> => api.post("/domains/import/", wish, { plan: 1 });

export function useVolume(id: string) {
  return useQuery({
    queryKey: keys.one("volume", id),
    queryFn: ({ signal }) => api.get<Volume>(`/volumes/${id}/`, {}, signal),
    enabled: id !== "",
  });
}

/** The volumes that look as if a machine could be made of them. */
export function useImportable(wanted: boolean) {
  return useQuery({
    queryKey: keys.list("volume", "importable"),
    queryFn: async ({ signal }) => {
      const found = await Promise.all([
        api.get<Page<Volume>>("/volumes/", { search: ".ova", limit: MOST, ordering: "name" }, signal),
        ...FOREIGN.map((format) => api.get<Page<Volume>>("/volumes/", { format, limit: MOST, ordering: "name" }, signal)),
      ]);
      const volumes = found.flatMap(({ results }) => results);
      return [...new Map(volumes.map((each) => [each.id, each])).values()].filter(({ name, format }) => IMPORTABLE.test(name) || FOREIGN.includes(format));
    },
    enabled: wanted,
  });
}

export function useNetworksOf(host: string) {
  return useQuery({
    queryKey: keys.list("network", "of", host),
    queryFn: ({ signal }) => api.get<Page<Network>>("/networks/", { host, limit: MOST, ordering: "name" }, signal),
    enabled: host !== "",
    select: (page) => page.results,
  });
}
