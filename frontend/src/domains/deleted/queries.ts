import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, type Query } from "../../api/client";
import type { Job, Page } from "../../api/types";
import { keys } from "../../live/keys";
import type { DeletedDomain } from "./shapes";

export function useDeletedDomains(query: Query) {
  return useQuery({
    queryKey: keys.list("deleted_domain", query),
    queryFn: ({ signal }) => api.get<Page<DeletedDomain>>("/deleted-domains/", query, signal),
    placeholderData: keepPreviousData,
  });
}

export const restore = (id: string): Promise<Job> => api.post(`/deleted-domains/${id}/restore/`);
export const purge = (id: string): Promise<Job> => api.delete(`/deleted-domains/${id}/`);
