import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Rounds, type Changes } from "./rounds";
import type { Notice } from "./stream";

const notice = (id: string, kind = "domain"): Notice => ({ type: "updated", kind, id, version: 1 });
const ids = (changes: Changes, kind = "domain") => [...(changes.get(kind) ?? [])];

describe("rounds of refetching", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("starts at once after a quiet time", () => {
    const seen: string[][] = [];
    new Rounds(async (changes) => seen.push(ids(changes))).add(notice("a"));
    expect(seen).toEqual([["a"]]);
  });

  it("gathers what comes within 300 ms into one round, each object once", async () => {
    const seen: string[][] = [];
    const rounds = new Rounds(async (changes) => seen.push(ids(changes)));
    rounds.add(notice("a"));
    rounds.add(notice("b"));
    rounds.add(notice("b"));
    rounds.add(notice("c"));
    await vi.advanceTimersByTimeAsync(299);
    expect(seen).toEqual([["a"]]);
    await vi.advanceTimersByTimeAsync(2);
    expect(seen).toEqual([["a"], ["b", "c"]]);
  });

  it("waits for the answers before it asks again, so that changes never cancel their own requests", async () => {
    let answer = () => {};
    let asked = 0;
    const rounds = new Rounds(() => {
      asked += 1;
      return new Promise<void>((resolve) => (answer = resolve));
    });
    rounds.add(notice("a"));
    rounds.add(notice("b"));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toBe(1);
    answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toBe(2);
  });

  it("does not wait for ever for an answer", async () => {
    let asked = 0;
    const rounds = new Rounds(() => {
      asked += 1;
      return new Promise(() => {});
    });
    rounds.add(notice("a"));
    rounds.add(notice("b"));
    await vi.advanceTimersByTimeAsync(5_001);
    expect(asked).toBe(2);
  });

  it("goes on after a refetch that failed", async () => {
    const refetch = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error("down")).mockResolvedValue(undefined);
    const rounds = new Rounds(refetch);
    rounds.add(notice("a"));
    await vi.advanceTimersByTimeAsync(400);
    rounds.add(notice("a"));
    expect(refetch).toHaveBeenCalledTimes(2);
  });
});
