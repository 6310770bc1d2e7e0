import { describe, expect, it } from "vitest";

import { byteSplits, summaryOf, timesOf } from "./series";

describe("the figures of an hour", () => {
  it("have their times from the start and the step", () => {
    const history = { from: "1970-01-01T00:01:00Z", step_seconds: 10, series: { cpu_percent: [1, null, 3] }, disks: [], interfaces: [] };
    expect(timesOf(history)).toEqual([60, 70, 80]);
  });

  it("are summed up without their gaps", () => {
    expect(summaryOf([1, null, 3, null])).toEqual({ now: 3, most: 3, mean: 2 });
    expect(summaryOf([null, null])).toEqual({ now: null, most: null, mean: null });
  });

  it.each([
    [0, [0]],
    [3, [0, 1, 2, 3]],
    [1000, [0, 512]],
    [1536, [0, 1024]],
    [200 * 1024 ** 2, [0, 128 * 1024 ** 2]],
  ])("have marks at round bytes up to %d", (most, splits) => {
    expect(byteSplits(most)).toEqual(splits);
  });
});
