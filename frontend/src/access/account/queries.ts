import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { Me, SecondFactor, SignedInSession } from "../../api/types";
import { createKey, type CreationOptions } from "../webauthn";

export interface NewApp {
  id: string;
  secret: string;
  uri: string;
  qr_svg: string;
}

interface Added {
  recovery_codes?: string[];
}

const FACTORS = ["second factors"];
const SESSIONS = ["sessions"];

export function useSecondFactors() {
  return useQuery({ queryKey: FACTORS, queryFn: ({ signal }) => api.get<SecondFactor[]>("/me/second-factors/", {}, signal) });
}

/** Something about the second factors has changed. Who one is changes with it, which is for the page to say. */
function useFactorChange<Wish, Answer>(ask: (wish: Wish) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: ask, onSuccess: () => client.invalidateQueries({ queryKey: FACTORS }), gcTime: 0 });
}

export const useBeginApp = () => useMutation({ mutationFn: () => api.post<NewApp>("/me/second-factors/totp/"), gcTime: 0 });
export const useConfirmApp = () => useFactorChange((code: string) => api.post<Added>("/me/second-factors/totp/confirm/", { code }));
export const useRemoveFactor = () => useFactorChange((id: string) => api.delete(`/me/second-factors/${id}/`));
export const useNewCodes = () => useFactorChange(() => api.post<Required<Added>>("/me/second-factors/recovery-codes/"));

/** Ask for a challenge, have the browser's key answer it, and add that key. */
export const useAddKey = () =>
  useFactorChange(async (name: string) => {
    const options = await api.post<CreationOptions>("/me/second-factors/webauthn/");
    const credential = await createKey(options);
    return api.post<Added>("/me/second-factors/webauthn/confirm/", { name, credential });
  });

export const useProve = () => useMutation({ mutationFn: (password: string) => api.post("/me/confirm/", { password }), gcTime: 0 });

export function useSessions() {
  return useQuery({ queryKey: SESSIONS, queryFn: ({ signal }) => api.get<SignedInSession[]>("/me/sessions/", {}, signal) });
}

function useSessionChange<Wish>(ask: (wish: Wish) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: ask, onSuccess: () => client.invalidateQueries({ queryKey: SESSIONS }) });
}

export const useEndSession = () => useSessionChange((id: string) => api.delete(`/me/sessions/${id}/`));
export const useEndOthers = () => useSessionChange(() => api.post("/me/sessions/end-others/"));

export function useChangeMe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: { name: string }) => api.patch<Me>("/me/", changes),
    onSuccess: (me) => client.setQueryData(["me"], me),
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: { current_password: string; new_password: string }) => api.post("/me/password/", wish),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["me"] }), client.invalidateQueries({ queryKey: SESSIONS })]),
    gcTime: 0,
  });
}
