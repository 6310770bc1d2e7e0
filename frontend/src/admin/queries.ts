import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, type Query } from "../api/client";
import type { Page, Reference, Token } from "../api/types";
import { keys } from "../live/keys";
import type { AuditEntry, Grant, GrantableKind, Group, Quota, Role, Session, User } from "./shapes";

// A list that one chooses from: as many as the server gives at once.
const ALL = 1000;
const MOST_OFFERED = 50;

const PATHS = {
  user: "/users/",
  group: "/groups/",
  role: "/roles/",
  grant: "/grants/",
  token: "/tokens/",
  audit: "/audit/",
  quota: "/quotas/",
} as const;
interface Kinds {
  user: User;
  group: Group;
  role: Role;
  grant: Grant;
  token: Token;
  audit: AuditEntry;
  quota: Quota;
}

function useList<K extends keyof Kinds>(kind: K, query: Query) {
  return useQuery({
    queryKey: keys.list(kind, query),
    queryFn: ({ signal }) => api.get<Page<Kinds[K]>>(PATHS[kind], query, signal),
    placeholderData: keepPreviousData,
  });
}

export const useUsers = (query: Query) => useList("user", query);
export const useGroups = (query: Query) => useList("group", query);
export const useRoles = (query: Query) => useList("role", query);
export const useGrants = (query: Query) => useList("grant", query);
export const useTokensOf = (query: Query) => useList("token", query);
export const useQuotas = (query: Query) => useList("quota", query);
export const useAudit = (query: Query) => useList("audit", query);

function useOne<K extends keyof Kinds>(kind: K, id: string, wanted = true) {
  return useQuery({
    queryKey: keys.one(kind, id),
    queryFn: ({ signal }) => api.get<Kinds[K]>(`${PATHS[kind]}${id}/`, {}, signal),
    enabled: wanted,
  });
}

export const useUser = (id: string) => useOne("user", id);
export const useGroup = (id: string) => useOne("group", id);
export const useRole = (id: string) => useOne("role", id);
export const useAuditEntry = (id: string, wanted: boolean) => useOne("audit", id, wanted);

/** All there are, to choose from; nothing where one may not see them. */
function useAll<K extends keyof Kinds>(kind: K, ordering: string, wanted: boolean) {
  return useQuery({
    queryKey: keys.list(kind, "to-choose"),
    queryFn: ({ signal }) => api.get<Page<Kinds[K]>>(PATHS[kind], { limit: ALL, ordering }, signal),
    select: (page) => page.results,
    enabled: wanted,
  });
}

export const useAllUsers = (wanted = true) => useAll("user", "username", wanted);
export const useAllGroups = (wanted = true) => useAll("group", "name", wanted);
export const useAllRoles = (wanted = true) => useAll("role", "name", wanted);

export function useSessionsOf(user: string) {
  return useQuery({
    queryKey: keys.one("user", user, "sessions"),
    queryFn: ({ signal }) => api.get<Session[]>(`/users/${user}/sessions/`, {}, signal),
  });
}

/** The grants of somebody, own ones first and then those of each group, with the group that they come through. */
export function useGrantsOf(user: User) {
  const sources = [{ query: { user: user.id }, through: null }, ...user.groups.map((group) => ({ query: { group: group.id }, through: group }))];
  return useQueries({
    queries: sources.map(({ query }) => ({
      queryKey: keys.list("grant", { ...query, limit: ALL }),
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Page<Grant>>("/grants/", { ...query, limit: ALL }, signal),
    })),
    combine: (answers) => ({
      pending: answers.some(({ isPending }) => isPending),
      error: answers.find(({ isError }) => isError)?.error ?? null,
      grants: answers.flatMap(({ data }, at) => (data?.results ?? []).map((grant) => ({ grant, through: sources[at]?.through ?? null }))),
    }),
  });
}

const OBJECT_PATHS: Readonly<Record<GrantableKind, string>> = {
  domain: "/domains/",
  host: "/hosts/",
  cluster: "/clusters/",
  pool: "/pools/",
  network: "/networks/",
  template: "/templates/",
  tag: "/tags/",
};
export const GRANTABLE_KINDS = Object.keys(OBJECT_PATHS) as readonly GrantableKind[];

export type Found = Reference & { host?: Reference | null };

/** Objects of a kind by a part of their name, as the server finds them. */
export function useObjects(kind: GrantableKind | "", sought: string) {
  return useQuery({
    queryKey: [kind, "list", "to-grant", sought],
    queryFn: async ({ signal }) => {
      // A tag is listed whole: there are few, and their list is not searched.
      const query = kind === "tag" ? {} : { search: sought, limit: MOST_OFFERED, ordering: "name" };
      const answer = await api.get<Page<Found> | Found[]>(OBJECT_PATHS[kind as GrantableKind], query, signal);
      return Array.isArray(answer) ? answer : answer.results;
    },
    enabled: kind !== "",
    placeholderData: keepPreviousData,
  });
}

// Whatever changes of accounts changes what people may do and who is where: all of it is read again, oneself included.
const OUTDATED = ["user", "group", "role", "grant", "token", "quota", "audit", "grants-on", "me"];

/** A change of accounts; what it outdates is read again. */
export function useAccountChange<Wish, Answer = unknown>(send: (wish: Wish) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: () => void client.invalidateQueries({ predicate: ({ queryKey }) => OUTDATED.includes(String(queryKey[0])) }),
  });
}

/** Made, or with an id changed. */
export const saving =
  <Wish>(path: string, id?: string) =>
  (wish: Wish) =>
    id ? api.patch<{ id: string }>(`${path}${id}/`, wish) : api.post<{ id: string }>(path, wish);
export const deleting = (path: string) => (id: string) => api.delete(`${path}${id}/`);
