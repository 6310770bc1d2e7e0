import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { LiveStream, type Notice, type StreamState } from "./stream";

class FakeSocket {
  static all: FakeSocket[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  break(code = 1006): void {
    this.onclose?.({ code });
  }
  close(): void {
    this.closed = true;
  }
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;

function listening() {
  const heard = { notices: [] as Notice[], states: [] as StreamState[], resyncs: 0, refusals: 0 };
  const stream = new LiveStream(
    {
      notice: (notice) => heard.notices.push(notice),
      state: (state) => heard.states.push(state),
      resync: () => (heard.resyncs += 1),
      refused: () => (heard.refusals += 1),
    },
    () => "ws://test/ws/events/",
  );
  stream.open();
  return { stream, heard };
}

describe("the live stream", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.all = [];
    vi.stubGlobal("WebSocket", FakeSocket);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("hands on notices, and counts as live from the hello on", () => {
    const { heard, stream } = listening();
    expect(heard.states).toEqual(["connecting"]);
    last().say({ type: "hello", cursor: "7" });
    expect(heard.states).toEqual(["connecting", "live"]);
    last().say({ type: "updated", kind: "domain", id: "a", version: 3, cursor: "8" });
    expect(heard.notices).toMatchObject([{ type: "updated", kind: "domain", id: "a" }]);
    stream.close();
  });

  it("after a gap goes on at its cursor, without reading everything again", async () => {
    const { heard, stream } = listening();
    last().say({ type: "hello", cursor: "7" });
    expect(heard.resyncs).toBe(1); // what was read before the first hello
    last().say({ type: "heartbeat", cursor: "9" });
    last().break();
    expect(heard.states.at(-1)).toBe("broken");
    await vi.advanceTimersByTimeAsync(500);
    expect(FakeSocket.all).toHaveLength(2);
    expect(last().url).toBe("ws://test/ws/events/?since=9");
    last().say({ type: "hello", cursor: "12" });
    expect(heard.resyncs).toBe(1);
    stream.close();
  });

  it("reads everything again when the server no longer knows what was missed", () => {
    const { heard, stream } = listening();
    last().say({ type: "hello", cursor: "7" });
    last().say({ type: "resync", cursor: "99" });
    expect(heard.resyncs).toBe(2);
    stream.close();
  });

  it("takes silence beyond two heartbeats for a dead line", async () => {
    const { heard, stream } = listening();
    last().say({ type: "hello", cursor: "7" });
    await vi.advanceTimersByTimeAsync(34_000);
    last().say({ type: "heartbeat", cursor: "7" });
    await vi.advanceTimersByTimeAsync(34_000);
    expect(heard.states.at(-1)).toBe("live");
    await vi.advanceTimersByTimeAsync(1_500);
    expect(heard.states).toContain("broken");
    expect(FakeSocket.all[0]?.closed).toBe(true);
    stream.close();
  });

  it("tries ever more seldom, ten seconds at most", async () => {
    const { stream } = listening();
    for (let tries = 0; tries < 12; tries += 1) {
      last().break();
      const before = FakeSocket.all.length;
      await vi.advanceTimersByTimeAsync(10_000);
      expect(FakeSocket.all.length).toBe(before + 1);
    }
    stream.close();
  });

  it("says so when the session is over", () => {
    const { heard, stream } = listening();
    last().break(4401);
    expect(heard.refusals).toBe(1);
    stream.close();
  });

  it("drops a cursor that the server cannot read", async () => {
    const { stream } = listening();
    last().say({ type: "hello", cursor: "broken" });
    last().break(4400);
    await vi.advanceTimersByTimeAsync(500);
    expect(last().url).toBe("ws://test/ws/events/");
    stream.close();
  });

  it("stays closed once it is closed", async () => {
    const { stream } = listening();
    stream.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});
