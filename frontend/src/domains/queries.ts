import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useListing } from "../access/listing";
import { api, type Query } from "../api/client";
import type { BulkPlan, BulkResult, Domain, DomainDetail, Host, Job, Migration, MigrationPlan, Page } from "../api/types";
import { keys } from "../live/keys";
import { watchJob } from "../jobs/watched";

const STATS_EVERY_MS = 5_000;

export function useDomains(query: Query) {
  return useQuery({
    queryKey: keys.list("domain", query),
    queryFn: ({ signal }) => api.get<Page<Domain>>("/domains/", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function useDomain(id: string) {
  return useQuery({
    queryKey: keys.one("domain", id),
    queryFn: ({ signal }) => api.get<DomainDetail>(`/domains/${id}/`, {}, signal),
  });
}

/** The screen as it is now, as the address of a picture. */
export function useScreenshot(id: string) {
  return useQuery({
    queryKey: ["domain-screenshot", id],
    queryFn: ({ signal }) => api.picture(`/domains/${id}/screenshot/`, signal),
    refetchInterval: STATS_EVERY_MS,
    retry: false,
    gcTime: 0,
  });
}

/** Hosts that a domain could be told to move to. */
export function useTargetHosts(domain: Domain) {
  const list = useListing("host.read");
  return useQuery({
    queryKey: keys.list("host", "targets", domain.driver),
    queryFn: ({ signal }) => list<Host>("/hosts/", { state: "up", limit: 100, ordering: "name" }, signal),
    select: (page) => page.results.filter((host) => host.id !== domain.host.id && host.driver === domain.driver),
  });
}

/** What libvirt and we would say to a migration, without doing it. */
export function useMigrationPlan(domain: Domain, migration: Migration, wanted: boolean) {
  return useQuery({
    queryKey: keys.one("domain", domain.id, "plan", migration),
    queryFn: () => api.post<MigrationPlan>(`/domains/${domain.id}/migrate/`, migration, { plan: 1 }),
    enabled: wanted && migration.host !== "",
    retry: false,
    gcTime: 0,
  });
}

export const migrate = (id: string, migration: Migration): Promise<Job> => api.post(`/domains/${id}/migrate/`, migration);

export interface BulkWish {
  action: string;
  ids: readonly string[];
  options?: Readonly<Record<string, unknown>>;
}

/** What each of many domains would say to it. */
export const planBulk = (wish: BulkWish): Promise<BulkPlan> => api.post("/domains/bulk/", wish, { plan: 1 });

/** One action on many domains: what can be done is done, what was refused comes back with its reason. */
export function useBulkAction() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: BulkWish) => api.post<BulkResult>("/domains/bulk/", wish),
    onSuccess: ({ job }) => {
      if (job) watchJob(job.id);
      void client.invalidateQueries({ queryKey: ["job", "list"] });
      void client.invalidateQueries({ queryKey: ["domain"] });
    },
  });
}
