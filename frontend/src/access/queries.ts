import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api } from "../api/client";
import { asProblem } from "../api/problem";
import type { Me, NewToken, Page, Permission, Token, TokenWish } from "../api/types";
import { keys } from "../live/keys";

/** Who is signed in: null for nobody. Asking also sets the CSRF cookie. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: async ({ signal }) => {
      try {
        return await api.get<Me>("/me/", {}, signal);
      } catch (error) {
        if (asProblem(error).signedOut) return null;
        throw error;
      }
    },
    staleTime: Infinity,
  });
}

/** Whether the one who is signed in has a permission everywhere; on single objects their `actions` say it. */
export function useMay(permission: Permission): boolean {
  return useMe().data?.permissions.everywhere.includes(permission) ?? false;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (who: { username: string; password: string }) => api.post("/auth/login/", who),
    onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.post("/auth/logout/"),
    onSuccess: () => forgetWho(client),
  });
}

/** Nobody is signed in any more, and nothing that one person has read is left for the next. */
export function forgetWho(client: QueryClient): void {
  // Set and not removed: pages that are shown listen to this very entry.
  client.setQueryData(["me"], null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
}

/** One's own tokens; an administrator could read everybody's. */
export function useTokens() {
  const user = useMe().data?.id;
  return useQuery({
    queryKey: keys.list("token", user),
    queryFn: ({ signal }) => api.get<Page<Token>>("/tokens/", { user, limit: 100, ordering: "name" }, signal),
    enabled: user !== undefined,
  });
}

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: TokenWish) => api.post<NewToken>("/tokens/", wish),
    onSuccess: () => client.invalidateQueries({ queryKey: ["token"] }),
    gcTime: 0,
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/tokens/${id}/`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["token"] }),
  });
}
