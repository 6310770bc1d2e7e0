import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { DomainXML, Job, Plan } from "../../api/types";
import { keys } from "../../live/keys";

/** Both definitions, and the version that a change of them has to name. */
export function useDomainXML(id: string) {
  return useQuery({
    queryKey: keys.one("domain", id, "xml"),
    queryFn: ({ signal }) => api.tagged<DomainXML>(`/domains/${id}/xml/`, signal),
  });
}

export const checkXML = (id: string, xml: string): Promise<Plan> => api.post(`/domains/${id}/xml/check/`, { xml });
export const planXML = (id: string, xml: string): Promise<Plan> => api.put(`/domains/${id}/xml/`, { xml }, { plan: 1 });
export const saveXML = (id: string, xml: string, version: string | null): Promise<Job> => api.put(`/domains/${id}/xml/`, { xml }, {}, version);
