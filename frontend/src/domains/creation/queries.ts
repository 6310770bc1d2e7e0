import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { Host, Job, Page, Plan } from "../../api/types";
import { keys } from "../../live/keys";
import { useSettled } from "../../ui/usePlan";
import type { Template } from "../templates/shapes";
import type { CreationOptions } from "./shapes";

const MOST = 100;

/** The hosts that can be asked to make something now. */
export function useHostsToChoose(wanted: boolean) {
  return useQuery({
    queryKey: keys.list("host", "to-choose"),
    queryFn: ({ signal }) => api.get<Page<Host>>("/hosts/", { state: "up", limit: MOST, ordering: "name" }, signal),
    select: (page) => page.results,
    enabled: wanted,
  });
}

/** What a host can make, and what the usual is there. Its volumes are the most lively part of that. */
export function useCreationOptions(host: string) {
  return useQuery({
    queryKey: keys.list("volume", "creation-options", host),
    queryFn: ({ signal }) => api.get<CreationOptions>("/domains/creation-options/", { host }, signal),
    enabled: host !== "",
  });
}

export function useTemplatesToChoose(wanted: boolean) {
  return useQuery({
    queryKey: keys.list("template", "to-choose"),
    queryFn: ({ signal }) => api.get<Page<Template>>("/templates/", { limit: MOST, ordering: "name" }, signal),
    enabled: wanted,
    select: (page) => page.results,
  });
}

/** What the server says to it, asked when typing has paused; meanwhile what it said last. */
export function useCreationPlan(spec: unknown, enough: boolean) {
  const written = enough ? JSON.stringify(spec) : "";
  const asked = useSettled(written);
  const wanted = enough && asked !== "";
  const query = useQuery({
    queryKey: ["plan", "creation", asked],
    queryFn: () => api.post<Plan>("/domains/", JSON.parse(asked), { plan: 1 }),
    enabled: wanted,
    retry: false,
    placeholderData: keepPreviousData,
    gcTime: 0,
    staleTime: 0,
  });
  return { plan: wanted ? query.data : undefined, error: wanted ? query.error : null, busy: enough && (asked !== written || query.isFetching) };
}

export const create = (spec: unknown): Promise<Job> => api.post("/domains/", spec);
