import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, type Query } from "../../api/client";
import type { Job, Page } from "../../api/types";
import { refreshObject } from "../../jobs/queries";
import { keys } from "../../live/keys";
import type { Template, TemplateWish } from "./shapes";

export interface VersionWish {
  template: string;
  domain: string;
  notes?: string;
}

export function useTemplates(query: Query, wanted = true) {
  return useQuery({
    queryKey: keys.list("template", query),
    queryFn: ({ signal }) => api.get<Page<Template>>("/templates/", query, signal),
    placeholderData: keepPreviousData,
    enabled: wanted,
  });
}

export function useTemplate(id: string) {
  return useQuery({
    queryKey: keys.one("template", id),
    queryFn: ({ signal }) => api.get<Template>(`/templates/${id}/`, {}, signal),
  });
}

export const makeTemplate = (wish: TemplateWish): Promise<Job> => api.post("/templates/", wish);
export const makeVersion = ({ template, ...wish }: VersionWish): Promise<Job> => api.post(`/templates/${template}/versions/`, wish);
export const deleteTemplate = (id: string): Promise<Job> => api.delete(`/templates/${id}/`);
export const deleteVersion = ({ template, number }: { template: string; number: number }): Promise<Job> => api.delete(`/templates/${template}/versions/${number}/`);

export function useEditTemplate(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: { name: string; description: string }) => api.patch<Template>(`/templates/${id}/`, change),
    onSuccess: () => refreshObject(client, { kind: "template", id }),
  });
}
