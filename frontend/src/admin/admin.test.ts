import { describe, expect, it } from "vitest";

import { startTranslations } from "../locales/i18n";
import { periodQuery } from "./audit/period";
import { grantWish, type GrantAnswers } from "./grants/grantWish";
import { adminPlaces } from "./places";
import { limitsOf, quotaLimits } from "./quotas/quotaForm";
import type { User } from "./shapes";
import { generatedPassword } from "./users/password";
import { userWish } from "./users/userWish";

const USER = { username: "alice", name: "Alice", groups: [{ id: "g1", name: "devs" }] } as User;
const answers = { username: "alice", name: "Alice", password: "", mustChange: true, groups: ["g1"] };

describe("the administration", () => {
  it("has the places that somebody may see something in", () => {
    expect(adminPlaces(undefined)).toEqual([]);
    expect(adminPlaces(["audit.read", "user.manage", "domain.read"]).map(({ to }) => to)).toEqual(["/admin/users", "/admin/groups", "/admin/tokens", "/admin/audit"]);
  });
});

describe("a user", () => {
  it("is made with a password only where one was given", () => {
    expect(userWish({ ...answers, username: " bob " })).toEqual({ username: "bob", name: "Alice", groups: ["g1"] });
    expect(userWish({ ...answers, password: " x " })).toMatchObject({ password: " x ", must_change_password: true });
    expect(userWish({ ...answers, username: " " })).toBeNull();
  });

  it("is changed by what differs", () => {
    expect(userWish(answers, USER)).toBeNull();
    expect(userWish({ ...answers, name: "Al", groups: [] }, USER)).toEqual({ name: "Al", groups: [] });
  });

  it("gets a password that is never the same and has no letters that look alike", () => {
    const some = Array.from({ length: 50 }, () => generatedPassword());
    expect(new Set(some).size).toBe(50);
    for (const each of some) expect(each).toMatch(/^([a-km-zA-HJ-NP-Z2-9]{4}-){4}[a-km-zA-HJ-NP-Z2-9]{4}$/);
  });
});

describe("a grant", () => {
  const full: GrantAnswers = { to: "user", user: "u", username: "", group: "g", role: "r", kind: "", object: "" };
  it.each<[string, Partial<GrantAnswers>, unknown]>([
    ["everywhere", {}, { user: "u", role: "r" }],
    ["to a group", { to: "group" }, { group: "g", role: "r" }],
    ["to who is named", { user: "", username: " bob " }, { username: "bob", role: "r" }],
    ["on an object", { kind: "domain", object: "d" }, { user: "u", role: "r", object: { kind: "domain", id: "d" } }],
    ["on no object yet", { kind: "domain" }, null],
    ["to nobody yet", { user: "" }, null],
    ["without a role", { role: "" }, null],
  ])("%s", (_what, over, sent) => expect(grantWish({ ...full, ...over })).toEqual(sent));
});

describe("a quota", () => {
  const none = { domains: null, vcpus: null, memory_bytes: null, storage_bytes: null, snapshots: null };
  it("is sent as it was, with null for no limit", () => {
    const quota = { ...none, domains: 3, memory_bytes: 2 ** 31 };
    expect(quotaLimits(limitsOf(quota))).toEqual(quota);
  });

  it("is not sent while a limit is no number, or when it limits nothing", () => {
    const limits = limitsOf({ ...none, domains: 3 });
    expect(quotaLimits({ ...limits, domains: { limited: true, text: "3.5" } })).toBeUndefined();
    expect(quotaLimits({ ...limits, storage_bytes: { limited: true, text: "lots" } })).toBeUndefined();
    expect(quotaLimits({ ...limits, domains: { limited: false, text: "3" } })).toBeUndefined();
  });
});

describe("the time of audit entries", () => {
  const now = Date.parse("2026-11-25T08:00:30.500Z");
  it("counts back from now, to the minute", () => {
    expect(periodQuery("hour", "2026-01-01", "", now)).toEqual({ after: "2026-11-25T07:00:00.000Z" });
  });

  it("goes from the beginning of a day through the end of another", () => {
    const { after, before } = periodQuery(undefined, "2026-11-24", "2026-11-24", now);
    expect(Date.parse(String(before)) - Date.parse(String(after))).toBe(86_400_000);
    expect(periodQuery("ever", "", "24.11.", now)).toEqual({ after: undefined, before: undefined });
  });
});

describe("the words of an action", () => {
  it("are there for what people ask for most", async () => {
    await startTranslations("en");
    const { default: i18n } = await import("i18next");
    for (const kind of ["domain", "host", "user", "grant", "quota", "cluster-network"]) expect(i18n.exists(`kindInText.${kind}`)).toBe(true);
    for (const verb of ["start", "create", "edit", "delete", "destroy"]) expect(i18n.exists(`audit.verb.${verb}`)).toBe(true);
  });
});
