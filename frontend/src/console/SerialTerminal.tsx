import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useCallback, useEffect, useImperativeHandle, useRef, type Ref } from "react";
import { useTranslation } from "react-i18next";

import type { Domain } from "../api/types";
import type { LinkState } from "./ConsoleLink";
import type { ConsoleControl } from "./control";
import { socketAddress, useConsoleLink, type Opener } from "./useConsoleLink";

interface SerialTerminalProps {
  domain: Domain;
  viewOnly: boolean;
  control: Ref<ConsoleControl>;
  onState: (state: LinkState) => void;
}

const SCROLLBACK_LINES = 5_000;

/** The domain's first serial line. What it said before stays readable over a reconnection. */
export default function SerialTerminal({ domain, viewOnly, control, onState }: SerialTerminalProps) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal | null>(null);
  const socket = useRef<WebSocket | null>(null);
  const silenced = useRef(viewOnly);

  useEffect(() => {
    if (!place.current) return;
    const made = new Terminal({ scrollback: SCROLLBACK_LINES, cursorBlink: true, screenReaderMode: true, fontSize: 14 });
    const fit = new FitAddon();
    made.loadAddon(fit);
    made.open(place.current);
    fit.fit();
    const resized = new ResizeObserver(() => fit.fit());
    resized.observe(place.current);
    const encoder = new TextEncoder();
    const typed = made.onData((text) => send(encoder.encode(text)));
    const raw = made.onBinary((text) => send(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    const send = (bytes: Uint8Array<ArrayBuffer>) => {
      if (!silenced.current && socket.current?.readyState === WebSocket.OPEN) socket.current.send(bytes);
    };
    terminal.current = made;
    return () => {
      typed.dispose();
      raw.dispose();
      resized.disconnect();
      made.dispose();
      terminal.current = null;
    };
  }, []);
  useImperativeHandle(control, () => ({
    focus: () => terminal.current?.focus(),
    type: (text) => terminal.current?.paste(text),
  }));

  const open = useCallback<Opener>((ticket, events) => {
    const made = new WebSocket(socketAddress(ticket.url));
    made.binaryType = "arraybuffer";
    socket.current = made;
    made.onopen = () => {
      events.opened();
      terminal.current?.focus();
    };
    made.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) =>
      terminal.current?.write(typeof data === "string" ? data : new Uint8Array(data));
    made.onclose = ({ code, reason }) => events.closed({ code, reason });
    return { close: () => made.close() };
  }, []);
  const state = useConsoleLink(domain, "serial", open);
  useEffect(() => onState(state), [state, onState]);

  useEffect(() => {
    silenced.current = viewOnly || (state.phase === "connected" && state.viewOnly);
  }, [viewOnly, state]);

  return <div ref={place} className="ol-terminal" data-testid="serial-terminal" aria-label={t("console.serial")} />;
}
