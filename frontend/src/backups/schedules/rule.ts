import type { TFunction } from "i18next";

export const EVERY = ["hour", "day", "week", "month"] as const;
export type Every = (typeof EVERY)[number];

/** When something is done again and again, as the API has it. Monday is 0. */
export interface Rule {
  every: Every;
  at?: string;
  weekdays?: number[];
  day?: number;
  minute?: number;
}

const A_MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;

export function weekday(day: number, language: string, length: "short" | "long" = "short"): string {
  return new Intl.DateTimeFormat(language, { weekday: length, timeZone: "UTC" }).format(A_MONDAY + day * DAY_MS);
}

/** "Every week on Mon, Thu at 02:00": the zone is said beside it. */
export function ruleWords(rule: Rule, t: TFunction, language: string): string {
  const at = rule.at ?? "00:00";
  switch (rule.every) {
    case "hour":
      return t("schedule.rule.hour", { minute: String(rule.minute ?? 0).padStart(2, "0") });
    case "day":
      return t("schedule.rule.day", { at });
    case "week":
      return t("schedule.rule.week", { at, days: new Intl.ListFormat(language, { style: "narrow" }).format([...(rule.weekdays ?? [])].sort((one, other) => one - other).map((day) => weekday(day, language))) });
    case "month":
      return t("schedule.rule.month", { at, day: rule.day ?? 1 });
  }
}

/** What the form asks, of which only what the rhythm needs is sent. */
export interface RuleForm {
  every: Every;
  at: string;
  weekdays: readonly number[];
  day: number;
  minute: number;
}

export const AT_NIGHT: RuleForm = { every: "day", at: "02:00", weekdays: [6], day: 1, minute: 0 };

export function ruleOf({ every, at, weekdays, day, minute }: RuleForm): Rule {
  switch (every) {
    case "hour":
      return { every, minute };
    case "day":
      return { every, at };
    case "week":
      return { every, at, weekdays: [...weekdays].sort((one, other) => one - other) };
    case "month":
      return { every, at, day };
  }
}

export const formOf = (rule: Rule): RuleForm => ({ ...AT_NIGHT, ...rule, weekdays: rule.weekdays ?? AT_NIGHT.weekdays });

/** The zones that the browser knows, and the reader's own. */
export const zones = (): readonly string[] => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
