import { useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import type { ConsoleTicket, ConsoleType, Domain } from "../api/types";
import { ConsoleLink, type Connection, type ConnectionEvents, type LinkState } from "./ConsoleLink";

export type Opener = (ticket: ConsoleTicket, events: ConnectionEvents) => Connection;

/** A console of the domain that stays open for as long as the component is shown. */
export function useConsoleLink(domain: Domain, type: ConsoleType, open: Opener): LinkState {
  const [state, setState] = useState<LinkState>({ phase: "connecting", again: false });
  const opener = useRef(open);
  const link = useRef<ConsoleLink | null>(null);
  const host = useRef(domain.host.id);

  useEffect(() => {
    opener.current = open;
  }, [open]);

  useEffect(() => {
    const made = new ConsoleLink(
      () => api.post<ConsoleTicket>(`/domains/${domain.id}/console/`, { type }),
      (ticket, events) => opener.current(ticket, events),
      setState,
    );
    link.current = made;
    made.start();
    return () => made.stop();
  }, [domain.id, type]);

  useEffect(() => {
    if (host.current === domain.host.id) return;
    host.current = domain.host.id;
    link.current?.restart();
  }, [domain.host.id]);

  return state;
}

/** The ticket's address, also where the server gave it relative to the page. */
export function socketAddress(url: string): string {
  const address = new URL(url, window.location.href);
  address.protocol = address.protocol.replace(/^http/, "ws");
  return address.href;
}
