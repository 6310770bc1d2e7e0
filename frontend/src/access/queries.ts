import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api } from "../api/client";
import { asProblem } from "../api/problem";
import type { Me, NewToken, Page, Permission, Token, TokenWish } from "../api/types";
import { keys } from "../live/keys";
import { reaches, reachesKind, type GrantableKind } from "./reach";
import type { RequestOptions } from "./webauthn";

export interface Provider {
  id: string;
  name: string;
  url: string;
}

// Rights are given and taken while somebody looks: what is offered follows with the next page.
const RIGHTS_HOLD_MS = 30_000;

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
    staleTime: RIGHTS_HOLD_MS,
  });
}

/** Whether the one who is signed in has a permission everywhere; on single objects their `actions` say it. */
export function useMay(permission: Permission): boolean {
  return useMe().data?.permissions.everywhere.includes(permission) ?? false;
}

/** Whether one has any of them, everywhere or where it counts: then there may be something to see, or a place to make it. */
export function useMaySomewhere(...permissions: readonly Permission[]): boolean {
  const may = useMe().data?.permissions;
  return may !== undefined && permissions.some((each) => reaches(may, each));
}

/** Whether there may be an object of this kind that one may share with others: then such objects show who has what on them. */
export function useMayShare(kind: GrantableKind): boolean {
  const may = useMe().data?.permissions;
  return may !== undefined && (may.everywhere.includes("grant.manage") || reachesKind(may, "grant.share", kind));
}

/** What the server waits for after the right password. */
export interface Asked {
  methods: ("totp" | "webauthn" | "recovery_code")[];
  /** Null where no key of theirs works at this address. */
  webauthn: RequestOptions | null;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (who: { username: string; password: string }) => api.post("/auth/login/", who),
    onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }),
    gcTime: 0,
  });
}

/** The second step: `answer` is had of the person or their key. */
export function useSecondStep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (answer: () => Promise<Record<string, unknown>>) => api.post("/auth/second-factor/", await answer()),
    onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }),
    gcTime: 0,
  });
}

/** Each challenge serves once. */
export const askedAnew = () => api.get<Asked>("/auth/second-factor/");

/** How else one can sign in. Without an answer there are no buttons, and the password goes on working. */
export function useProviders(): readonly Provider[] {
  const ways = useQuery({
    // Below "me": it stays when all else is forgotten at the end of a session.
    queryKey: ["me", "ways in"],
    queryFn: ({ signal }) => api.get<{ providers: Provider[] }>("/auth/methods/", {}, signal),
    retry: false,
    staleTime: Infinity,
  });
  return ways.data?.providers ?? [];
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
