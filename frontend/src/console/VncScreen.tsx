import RFB from "@novnc/novnc";
import { useCallback, useEffect, useImperativeHandle, useRef, useState, type Ref } from "react";

import type { Domain } from "../api/types";
import type { End, LinkState } from "./ConsoleLink";
import type { ConsoleControl } from "./control";
import { PasswordOverlay } from "./PasswordOverlay";
import { pressesOf, SHIFT } from "./typing";
import { socketAddress, useConsoleLink, type Opener } from "./useConsoleLink";

interface VncScreenProps {
  domain: Domain;
  scale: boolean;
  viewOnly: boolean;
  control: Ref<ConsoleControl>;
  onState: (state: LinkState) => void;
}

// A guest polls its keyboard: faster than this, keys get lost.
const BETWEEN_KEYS_MS = 12;

/** The domain's screen. */
export default function VncScreen({ domain, scale, viewOnly, control, onState }: VncScreenProps) {
  const place = useRef<HTMLDivElement>(null);
  const screen = useRef<RFB | null>(null);
  const [asksPassword, setAsksPassword] = useState(false);
  const settings = useRef({ scale, viewOnly });

  const open = useCallback<Opener>((ticket, events) => {
    const target = place.current;
    if (!target) throw new Error("the screen has no place");
    // noVNC does not tell why a connection ended, so the socket is ours; this listener runs before noVNC's own.
    const socket = new WebSocket(socketAddress(ticket.url));
    let end: End | undefined;
    socket.addEventListener("close", ({ code, reason }) => (end = { code, reason }));
    const rfb = new RFB(target, socket, { shared: true });
    rfb.background = "transparent";
    rfb.showDotCursor = true;
    rfb.viewOnly = settings.current.viewOnly || ticket.view_only;
    show(rfb, settings.current.scale);
    let over = false;
    rfb.addEventListener("connect", () => {
      target.style.backgroundImage = "";
      setAsksPassword(false);
      screen.current = rfb;
      events.opened();
      rfb.focus();
    });
    rfb.addEventListener("credentialsrequired", () => {
      screen.current = rfb;
      setAsksPassword(true);
    });
    rfb.addEventListener("disconnect", () => {
      // The last picture stays until the next connection draws its own.
      if (screen.current === rfb) keepPicture(rfb, target);
      if (screen.current === rfb) screen.current = null;
      over = true;
      setAsksPassword(false);
      events.closed(end);
    });
    return {
      close: () => {
        if (over) return;
        if (screen.current === rfb) keepPicture(rfb, target);
        rfb.disconnect();
      },
    };
  }, []);
  const state = useConsoleLink(domain, "vnc", open);
  useEffect(() => onState(state), [state, onState]);

  useEffect(() => {
    settings.current = { scale, viewOnly };
    const rfb = screen.current;
    if (!rfb) return;
    rfb.viewOnly = viewOnly || (state.phase === "connected" && state.viewOnly);
    show(rfb, scale);
  }, [scale, viewOnly, state]);

  useImperativeHandle(control, () => ({
    focus: () => screen.current?.focus(),
    combination: (keys) => {
      keys.forEach(([keysym, code]) => screen.current?.sendKey(keysym, code, true));
      [...keys].reverse().forEach(([keysym, code]) => screen.current?.sendKey(keysym, code, false));
      screen.current?.focus();
    },
    type: (text) => void type(text, () => screen.current),
  }));

  return (
    <>
      <div ref={place} className={scale ? "ol-screen" : "ol-screen ol-screen-whole"} data-testid="vnc-screen" />
      {asksPassword && <PasswordOverlay onPassword={(password) => screen.current?.sendCredentials({ password })} />}
    </>
  );
}

function show(rfb: RFB, scale: boolean): void {
  rfb.scaleViewport = scale;
  rfb.clipViewport = !scale;
  rfb.dragViewport = false;
}

function keepPicture(rfb: RFB, target: HTMLElement): void {
  target.style.backgroundImage = `url(${rfb.toDataURL("image/png")})`;
}

async function type(text: string, screen: () => RFB | null): Promise<void> {
  for (const { keysym, code, shift } of pressesOf(text)) {
    const rfb = screen();
    if (!rfb) return;
    if (shift) rfb.sendKey(SHIFT.keysym, SHIFT.code, true);
    rfb.sendKey(keysym, code);
    if (shift) rfb.sendKey(SHIFT.keysym, SHIFT.code, false);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_KEYS_MS));
  }
}
