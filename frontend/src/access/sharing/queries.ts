import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { Page, Permission, Reference } from "../../api/types";
import type { components } from "../../api/schema";

export interface Shared {
  kind: components["schemas"]["GrantableKind"];
  id: string;
  name: string;
}

/** A role that somebody has on an object, and what it comes through when it does not stand on the object itself. */
export interface GrantOn {
  id: string;
  to: { kind: "user" | "group"; id: string; name: string };
  role: Reference;
  through: { kind: string; id: string | null; name: string } | null;
  actions: string[];
}

export interface GrantsOn {
  results: GrantOn[];
  may_share: boolean;
}

export interface Role {
  id: string;
  name: string;
  description: string;
  permissions: Permission[];
  built_in: boolean;
}

export function useGrantsOn({ kind, id }: Shared) {
  return useQuery({
    queryKey: ["grants-on", kind, id],
    queryFn: ({ signal }) => api.get<GrantsOn>("/grants/on/", { kind, id }, signal),
  });
}

const MOST_ROLES = 1000;

export function useRolesToGive() {
  return useQuery({
    queryKey: ["role", "list", "to-choose"],
    queryFn: ({ signal }) => api.get<Page<Role>>("/roles/", { limit: MOST_ROLES, ordering: "name" }, signal),
    select: (page) => page.results,
  });
}

/** The groups, for who may see them. */
export function useGroupsToGive(wanted: boolean) {
  return useQuery({
    queryKey: ["group", "list", "to-choose"],
    queryFn: ({ signal }) => api.get<Page<Reference>>("/groups/", { limit: MOST_ROLES, ordering: "name" }, signal),
    select: (page) => page.results,
    enabled: wanted,
  });
}

export interface ShareWish {
  username?: string;
  group?: string;
  role: string;
  object: { kind: Shared["kind"]; id: string };
}

/** What is shared or taken back changes who has what, here and in the administration. */
export function useSharing<Wish>(send: (wish: Wish) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: () => void client.invalidateQueries({ predicate: ({ queryKey }) => ["grants-on", "grant", "me"].includes(String(queryKey[0])) }),
  });
}

export const share = (wish: ShareWish) => api.post("/grants/", wish);
export const takeBack = (id: string) => api.delete(`/grants/${id}/`);
