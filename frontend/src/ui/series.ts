import type { StatsHistory } from "../api/types";

/** The times of the figures, in seconds since 1970, as uPlot takes them. */
export function timesOf(history: StatsHistory): number[] {
  const start = new Date(history.from).getTime() / 1000;
  const length = Math.max(0, ...Object.values(history.series).map((values) => values.length));
  return Array.from({ length }, (_, at) => start + at * history.step_seconds);
}

export interface Summary {
  now: number | null;
  most: number | null;
  mean: number | null;
}

/** What the line says in three numbers, for who does not see it. Gaps count for nothing. */
export function summaryOf(values: readonly (number | null)[]): Summary {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return { now: null, most: null, mean: null };
  return {
    now: values.at(-1) ?? known.at(-1) ?? null,
    most: Math.max(...known),
    mean: known.reduce((sum, value) => sum + value, 0) / known.length,
  };
}

const STEPS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Where to put the marks of an axis of bytes: at whole powers of two of a unit, three at most above zero. */
export function byteSplits(most: number): number[] {
  if (most <= 0) return [0];
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(most, 1)) / 10));
  const step = unit * (STEPS.find((each) => (each * unit) * 3 >= most) ?? 1024);
  const splits = [0];
  for (let at = step; at <= most && splits.length < 4; at += step) splits.push(at);
  return splits;
}
