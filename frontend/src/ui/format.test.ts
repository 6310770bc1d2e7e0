import { describe, expect, it } from "vitest";

import { ago, bytes, duration } from "./format";

describe("figures for people", () => {
  it.each([
    [0, "0 B"],
    [1023, "1,023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [134_217_728, "128 MiB"],
    [8_281_907_200, "7.71 GiB"],
  ])("%i bytes are %s", (value, text) => expect(bytes(value, "en")).toBe(text));

  it.each([
    [2, "now"],
    [59, "59 sec. ago"],
    [180, "3 min. ago"],
    [7_200, "2 hr. ago"],
    [86_400 * 3, "3 days ago"],
    [-86_400 * 90, "in 90 days"],
  ])("%i seconds back is %s", (seconds, text) => {
    const now = new Date("2026-11-01T12:00:00Z");
    expect(ago(new Date(now.getTime() - seconds * 1000), now, "en")).toBe(text);
  });

  it.each([
    [0, "0 sec"],
    [80, "1 min 20 sec"],
    [120, "2 min"],
    [3_700, "1 hr 1 min"],
  ])("%i seconds last %s", (seconds, text) => expect(duration(seconds, "en")).toBe(text));
});
