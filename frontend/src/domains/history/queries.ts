import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { Job, Page, Plan, Revision, RevisionDiff } from "../../api/types";
import { keys } from "../../live/keys";

export const PAGE_SIZE = 50;

export function useRevisions(domain: string, limit: number) {
  return useQuery({
    queryKey: keys.one("domain", domain, "revisions", limit),
    queryFn: ({ signal }) => api.get<Page<Revision>>(`/domains/${domain}/revisions/`, { limit }, signal),
    placeholderData: keepPreviousData,
  });
}

/** What became of one version in another. Versions never change, so neither does this. */
export function useRevisionDiff(domain: string, from: number, to: number) {
  return useQuery({
    queryKey: ["revision-diff", domain, from, to],
    queryFn: ({ signal }) => api.get<RevisionDiff>(`/domains/${domain}/revisions/diff/`, { from, to }, signal),
    staleTime: Infinity,
  });
}

export const rollback = (domain: string, number: number): Promise<Job> => api.post(`/domains/${domain}/revisions/${number}/rollback/`);
export const planRollback = (domain: string, number: number): Promise<Plan> =>
  api.post(`/domains/${domain}/revisions/${number}/rollback/`, {}, { plan: 1 });
