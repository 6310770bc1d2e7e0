import { describe, expect, it } from "vitest";

import { me } from "../../../tests/examples";
import en from "../../locales/en.json";
import { reaches } from "../reach";
import { givable } from "../sharing/givable";
import { byKind, difference, kindOf, toggled } from "./catalogue";

const ALL = me().permissions.everywhere;

describe("permissions", () => {
  it("all have words, and so have their kinds", () => {
    const texts: Record<string, Record<string, string>> = en.permission;
    const kinds: Record<string, string> = en.permissionKind;
    expect(ALL.filter((each) => !texts[kindOf(each)]?.[each.split(".")[1] ?? ""])).toEqual([]);
    expect(ALL.map(kindOf).filter((kind) => !kinds[kind])).toEqual([]);
  });

  it("stand by kind, that of machines first, and none gets lost", () => {
    const kinds = byKind([...ALL].sort());
    expect([...kinds.keys()][0]).toBe("domain");
    expect([...kinds.values()].flat().sort()).toEqual([...ALL].sort());
  });

  it("of two roles differ in what only one of them has", () => {
    expect(difference(["host.read", "domain.read"], ["domain.read", "domain.start"])).toEqual({ onlyFirst: ["host.read"], onlySecond: ["domain.start"] });
  });

  it("go in and out of a choice together", () => {
    const some = toggled(new Set(["host.read"]), ["domain.read", "domain.start"], true);
    expect([...some]).toEqual(["host.read", "domain.read", "domain.start"]);
    expect([...toggled(some, ["domain.read", "host.read"], false)]).toEqual(["domain.start"]);
  });

  it("are shared by roles that lie within one's own, here or everywhere", () => {
    const roles = [
      { name: "owner", permissions: ["domain.read", "domain.start"] as const },
      { name: "user", permissions: ["domain.read"] as const },
      { name: "viewer", permissions: ["domain.read", "host.read"] as const },
      { name: "empty", permissions: [] },
    ].map((role) => ({ ...role, permissions: [...role.permissions] }));
    expect(givable(roles, [], ["owner"]).map(({ name }) => name)).toEqual(["owner", "user"]);
    expect(givable(roles, ["host.read"], ["user"]).map(({ name }) => name)).toEqual(["user", "viewer"]);
    expect(givable(roles, [], [])).toEqual([]);
  });
});

describe("a permission on some objects", () => {
  const on = (permission: (typeof ALL)[number], ...kinds: string[]) => reaches({ everywhere: [], somewhere: [permission], on: { [permission]: kinds } }, permission);
  it("counts where it reaches what it is about", () => {
    expect(on("domain.read", "tag")).toBe(true);
    expect(on("domain.read", "pool")).toBe(false);
    expect(on("volume.upload", "pool")).toBe(true);
    expect(on("job.read", "pool")).toBe(true); // jobs are about all kinds
  });

  it("to make something counts where that can be made", () => {
    expect(on("pool.create", "pool")).toBe(false);
    expect(on("pool.create", "host")).toBe(true);
    expect(on("domain.create", "template")).toBe(true);
    expect(on("domain.create", "domain")).toBe(false);
  });

  it("is not had by who has it nowhere", () => {
    expect(reaches({ everywhere: ["host.read"], somewhere: [], on: {} }, "domain.read")).toBe(false);
    expect(reaches({ everywhere: ["host.read"], somewhere: [], on: {} }, "host.read")).toBe(true);
  });
});
