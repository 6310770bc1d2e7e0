import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "../api/problem";
import type { ConsoleTicket } from "../api/types";
import { ConsoleLink, type ConnectionEvents, type LinkState } from "./ConsoleLink";

function linked(ticket: (count: number) => Promise<ConsoleTicket>) {
  const opened: { url: string; events: ConnectionEvents; closed: boolean }[] = [];
  const states: LinkState[] = [];
  let asked = 0;
  const link = new ConsoleLink(
    () => ticket((asked += 1)),
    ({ url }, events) => {
      const connection = { url, events, closed: false };
      opened.push(connection);
      return { close: () => (connection.closed = true) };
    },
    (state) => states.push(state),
  );
  link.start();
  return { link, opened, states, phase: () => states.at(-1)?.phase };
}

const numbered = async (count: number): Promise<ConsoleTicket> => ({
  type: "vnc",
  url: `ws://gate/?ticket=${count}`,
  expires_at: "",
  view_only: false,
});
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("a console's connection", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("comes back by itself after a reboot, with a ticket of its own", async () => {
    const { opened, states, phase, link } = linked(numbered);
    await settle();
    opened[0]?.events.opened();
    expect(phase()).toBe("connected");
    opened[0]?.events.closed();
    expect(phase()).toBe("waiting");
    await vi.advanceTimersByTimeAsync(300);
    expect(opened.map(({ url }) => url)).toEqual(["ws://gate/?ticket=1", "ws://gate/?ticket=2"]);
    expect(states.at(-1)).toEqual({ phase: "connecting", again: true });
    link.stop();
  });

  it("moves at once when the domain is on another host, and no longer listens to the old connection", async () => {
    const { opened, phase, link } = linked(numbered);
    await settle();
    opened[0]?.events.opened();
    link.restart();
    await settle();
    expect(opened[0]?.closed).toBe(true);
    opened[1]?.events.opened();
    opened[0]?.events.closed();
    expect(phase()).toBe("connected");
    link.stop();
  });

  it("keeps trying while the server says that it cannot be now", async () => {
    const { phase, opened, link } = linked((count) =>
      count < 4 ? Promise.reject(new Problem(409, { code: "operation_invalid", detail: "It is off." })) : numbered(count),
    );
    await settle();
    expect(phase()).toBe("waiting");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(opened).toHaveLength(1);
    link.stop();
  });

  it.each([403, 404])("gives up where trying is no use: %i", async (status) => {
    const { phase, link } = linked(() => Promise.reject(new Problem(status, {})));
    await settle();
    expect(phase()).toBe("refused");
    link.stop();
  });

  it.each([4403, 4409])("does not come back by itself after the close code %i, and says why", async (code) => {
    const { opened, states, link } = linked(numbered);
    await settle();
    opened[0]?.events.opened();
    opened[0]?.events.closed({ code, reason: "This serial console was opened elsewhere." });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(opened).toHaveLength(1);
    const last = states.at(-1);
    expect(last?.phase === "refused" && last.problem.message).toBe("This serial console was opened elsewhere.");
    link.stop();
  });

  it("says what is wrong with the node, and does not pester it", async () => {
    const { opened, states, link } = linked(numbered);
    await settle();
    opened[0]?.events.opened();
    opened[0]?.events.closed({ code: 4502, reason: "The domain has no VNC screen at present." });
    const last = states.at(-1);
    expect(last?.phase === "waiting" && last.problem?.message).toBe("The domain has no VNC screen at present.");
    await vi.advanceTimersByTimeAsync(3_500);
    expect(opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(opened).toHaveLength(2);
    link.stop();
  });

  it("opens nothing once it is stopped, even when a ticket comes late", async () => {
    let deliver: (ticket: ConsoleTicket) => void = () => {};
    const { link, opened } = linked(() => new Promise((resolve) => (deliver = resolve)));
    link.stop();
    deliver(await numbered(1));
    await settle();
    expect(opened).toEqual([]);
  });
});
