import i18next, { type TFunction } from "i18next";
import { describe, expect, it } from "vitest";

import { startTranslations } from "../../locales/i18n";
import { AT_NIGHT, formOf, ruleOf, ruleWords, weekday, zones, type Rule } from "./rule";

const words = (rule: Rule, language = "en") => ruleWords(rule, i18next.t as TFunction, language);

describe("the rule of a schedule", () => {
  it("is said in words", () => {
    expect(words({ every: "hour", minute: 5 })).toBe("Every hour at minute 05");
    expect(words({ every: "day", at: "02:00" })).toBe("Every day at 02:00");
    expect(words({ every: "week", at: "23:30", weekdays: [4, 0] })).toBe("Every week on Mon, Fri at 23:30");
    expect(words({ every: "month", at: "02:00", day: 28 })).toBe("Every month on day 28 at 02:00");
  });

  it("is said in Chinese as well", async () => {
    await startTranslations("zh-CN");
    expect(words({ every: "week", at: "02:00", weekdays: [6] }, "zh-CN")).toBe("每周周日 02:00");
    await startTranslations("en");
  });

  it("has what its rhythm needs, and nothing else", () => {
    expect(ruleOf(AT_NIGHT)).toEqual({ every: "day", at: "02:00" });
    expect(ruleOf({ ...AT_NIGHT, every: "hour", minute: 30 })).toEqual({ every: "hour", minute: 30 });
    expect(ruleOf({ ...AT_NIGHT, every: "week", weekdays: [3, 1] })).toEqual({ every: "week", at: "02:00", weekdays: [1, 3] });
    const rules: Rule[] = [{ every: "month", at: "04:00", day: 3 }, { every: "week", at: "01:15", weekdays: [0] }];
    for (const rule of rules) expect(ruleOf(formOf(rule))).toEqual(rule);
  });

  it("begins the week with Monday, and knows the zones", () => {
    expect(weekday(0, "en", "long")).toBe("Monday");
    expect(weekday(6, "en", "long")).toBe("Sunday");
    expect(zones()[0]).toBe("UTC");
    expect(zones()).toContain("Europe/Prague");
  });
});
