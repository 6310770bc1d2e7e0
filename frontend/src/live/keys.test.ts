import { describe, expect, it } from "vitest";

import { keys, outdates } from "./keys";

const changed = (kind: string, ...ids: string[]) => new Map([[kind, new Set(ids)]]);

describe("what a notice outdates", () => {
  it.each([
    ["the object", keys.one("domain", "a"), true],
    ["its parts", keys.one("domain", "a", "xml"), true],
    ["every list of its kind", keys.list("domain", { state: "running" }), true],
    ["no other object", keys.one("domain", "b"), false],
    ["events, for every change is one", keys.list("event", {}), true],
    ["the host, which counts its domains", keys.one("host", "h"), true],
    ["no part of the host", keys.one("host", "h", "capabilities"), false],
    ["no pools", keys.list("pool", {}), false],
    ["nothing of the account", ["me"], false],
  ])("of a domain: %s", (_what, key, expected) => {
    expect(outdates(changed("domain", "a"), key)).toBe(expected);
  });

  it("of a host: its domains, whose age hangs on it", () => {
    expect(outdates(changed("host", "h"), keys.list("domain", {}))).toBe(true);
  });
});
