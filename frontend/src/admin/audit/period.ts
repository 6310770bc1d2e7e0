import type { Query } from "../../api/client";

const HOUR_MS = 3_600_000;
export const PERIODS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS } as const;
export type Period = keyof typeof PERIODS;

// To the minute: else every drawing of the page would be another query.
const MINUTE_MS = 60_000;

/** A chosen time as the API's `after` and `before`: the last so-and-so long, or from one day through another, here. */
export function periodQuery(period: string | undefined, from: string, to: string, now: number): Query {
  if (period !== undefined && period in PERIODS) {
    return { after: new Date(Math.floor((now - PERIODS[period as Period]) / MINUTE_MS) * MINUTE_MS).toISOString() };
  }
  return { after: startOf(from, 0), before: startOf(to, 1) };
}

/** When a day begins where the reader is, so many days later. */
function startOf(day: string, later: number): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (!year || !month || !date) return undefined;
  return new Date(Number(year), Number(month) - 1, Number(date) + later).toISOString();
}
