import { describe, expect, it } from "vitest";

import { me } from "../../../tests/examples";
import en from "../../locales/en.json";
import { reaches, reachesKind } from "../reach";
import { givable, rolesOnIt } from "../sharing/givable";
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

});

describe("a role to share an object with", () => {
  const ROLES = [
    { name: "owner", permissions: ["domain.read", "domain.start"] as const },
    { name: "user", permissions: ["domain.read"] as const },
    { name: "viewer", permissions: ["domain.read", "host.read"] as const },
    { name: "keeper", permissions: ["pool.read"] as const },
    { name: "empty", permissions: [] },
  ].map((role) => ({ ...role, permissions: [...role.permissions] }));
  const names = (kind: "domain" | "host" | "pool", everywhere: (typeof ALL)[number][], mine: string[]) => {
    const { fitting, beyond } = givable(ROLES, everywhere, mine, kind);
    return [fitting.map(({ name }) => name), beyond.map(({ name }) => name)];
  };

  it("lies within one's own rights there, as far as it means anything there", () => {
    expect(names("domain", [], ["owner"])).toEqual([["owner", "user", "viewer"], []]);
    expect(names("domain", [], ["user"])).toEqual([["user", "viewer"], ["owner"]]);
    expect(names("domain", [], [])).toEqual([[], ["owner", "user", "viewer"]]);
  });

  it("counts whole on a host, where it reaches everything", () => {
    expect(names("host", [], ["user"])).toEqual([["user"], ["owner", "viewer", "keeper"]]);
    expect(names("host", ["host.read"], ["user"])).toEqual([["user", "viewer"], ["owner", "keeper"]]);
  });

  it("is not offered where it means nothing", () => {
    expect(names("pool", ["domain.read", "pool.read"], [])).toEqual([["keeper"], []]);
  });

  it("is one's own by name, a group's only where one has it at all", () => {
    const grants = [
      { to: { kind: "user" as const, id: "me", name: "eve" }, role: { id: "1", name: "owner" } },
      { to: { kind: "user" as const, id: "other", name: "sam" }, role: { id: "2", name: "administrator" } },
      { to: { kind: "group" as const, id: "g", name: "staff" }, role: { id: "3", name: "user" } },
      { to: { kind: "group" as const, id: "h", name: "board" }, role: { id: "4", name: "operator" } },
    ];
    expect(rolesOnIt(grants, { id: "me", roles: ["owner", "user"] })).toEqual(["owner", "user"]);
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

  it("reaches a kind from what holds such objects", () => {
    const shares = (kind: "host" | "domain" | "cluster", ...on: string[]) => reachesKind({ everywhere: [], somewhere: ["grant.share"], on: { "grant.share": on } }, "grant.share", kind);
    expect(shares("domain", "domain")).toBe(true);
    expect(shares("host", "domain")).toBe(false);
    expect(shares("host", "cluster")).toBe(true);
    expect(shares("cluster", "host")).toBe(false);
  });

  it("is not had by who has it nowhere", () => {
    expect(reaches({ everywhere: ["host.read"], somewhere: [], on: {} }, "domain.read")).toBe(false);
    expect(reaches({ everywhere: ["host.read"], somewhere: [], on: {} }, "host.read")).toBe(true);
  });
});
