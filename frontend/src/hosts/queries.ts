import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, type Query } from "../api/client";
import type { Host, HostInterface, HostWish, Job, Network, Offer, Page } from "../api/types";
import { refreshObject } from "../jobs/queries";
import { watchJob } from "../jobs/watched";
import { keys } from "../live/keys";

export function useHosts(query: Query, enabled = true) {
  return useQuery({
    queryKey: keys.list("host", query),
    queryFn: ({ signal }) => api.get<Page<Host>>("/hosts/", query, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useHost(id: string) {
  return useQuery({
    queryKey: keys.one("host", id),
    queryFn: ({ signal }) => api.get<Host>(`/hosts/${id}/`, {}, signal),
  });
}

/** The hypervisors that the server's own machine offers. */
export function useOffers() {
  return useQuery({
    queryKey: ["host-offers"],
    queryFn: ({ signal }) => api.get<Offer[]>("/hosts/offers/", {}, signal),
    staleTime: 30_000,
  });
}

export function useInterfaces(id: string) {
  return useQuery({
    queryKey: keys.one("host", id, "interfaces"),
    queryFn: ({ signal }) => api.get<HostInterface[]>(`/hosts/${id}/interfaces/`, {}, signal),
  });
}

/** The networks of the host, to say which of them is on which interface. */
export function useNetworksOf(id: string) {
  return useQuery({
    queryKey: keys.list("network", "on", id),
    queryFn: ({ signal }) => api.get<Page<Network>>("/networks/", { host: id, limit: 200 }, signal),
    select: (page) => page.results,
  });
}

export const enrol = (wish: HostWish): Promise<Job> => api.post("/hosts/", wish);
export const probe = (machine: { address: string; port?: number }): Promise<Job> => api.post("/hosts/probe/", machine);
export const confirmHostKey = ({ id, fingerprint }: { id: string; fingerprint: string }): Promise<Job> =>
  api.post(`/hosts/${id}/confirm-host-key/`, { fingerprint });
export const renewCertificate = (id: string): Promise<Job> => api.post(`/hosts/${id}/renew-certificate/`);
export const rotateKey = (id: string): Promise<Job> => api.post(`/hosts/${id}/rotate-key/`);
export const refreshHost = (id: string): Promise<Job> => api.post(`/hosts/${id}/refresh/`);

export function useEditHost(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<HostWish>) => api.patch<Host>(`/hosts/${id}/`, change),
    onSuccess: () => refreshObject(client, { kind: "host", id }),
  });
}

export function useDeleteHost(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (removeKey: boolean) => api.delete<Job | undefined>(`/hosts/${id}/${removeKey ? "?remove_key=true" : ""}`),
    onSuccess: (job) => {
      if (job) watchJob(job.id);
      ["host", "domain", "pool", "network"].forEach((kind) => void client.invalidateQueries({ queryKey: [kind, "list"] }));
    },
  });
}
