import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { DomainDetail, Guest, Job } from "../../api/types";

const EVERY_MS = 15_000; // what happens inside a guest is no event of libvirt's
const AT_FIRST_MS = 1_500; // looking asks the host, whose answer comes a little later

/** What is known of the inside. Looking makes the host ask anew, so nobody is asked while nobody looks. */
export function useGuest(domain: DomainDetail) {
  return useQuery({
    queryKey: ["domain-guest", domain.id], // no part of the domain: looking at each of its changes would ask the guest each time
    queryFn: ({ signal }) => api.get<Guest>(`/domains/${domain.id}/guest/`, {}, signal),
    enabled: domain.state === "running" && !domain.stale,
    refetchInterval: (query) => (query.state.data?.read_at ? EVERY_MS : AT_FIRST_MS),
    retry: false,
  });
}

const guest = (id: string, verb: string, body: unknown = {}): Promise<Job> => api.post(`/domains/${id}/guest/${verb}/`, body);

export const setPassword = (id: string, body: { user: string; password: string }): Promise<Job> => guest(id, "password", body);
export const freeze = (id: string): Promise<Job> => guest(id, "freeze");
export const thaw = (id: string): Promise<Job> => guest(id, "thaw");
export const setTime = (id: string): Promise<Job> => guest(id, "set-time");
export const sendKeys = (id: string, names: readonly string[]): Promise<Job> => api.post(`/domains/${id}/send-keys/`, { keys: names });
export const typeText = (id: string, text: string): Promise<Job> => api.post(`/domains/${id}/type/`, { text });
