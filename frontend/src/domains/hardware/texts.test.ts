import { describe, expect, it } from "vitest";

import en from "../../locales/en.json";
import { KINDS } from "./kinds";
import { groupsOf } from "./settings";

const KNOWN: Readonly<Record<string, string>> = en.hardware.field;
const named = (kind: string, name: string) => KNOWN[`${kind}_${name.replaceAll(".", "_")}`] ?? KNOWN[name.replaceAll(".", "_")];

describe("the texts of hardware", () => {
  it("name every property that is asked for", () => {
    const asked = [
      ...Object.entries(KINDS).flatMap(([kind, { fields }]) => fields.map(({ name }) => [kind, name] as const)),
      ...groupsOf([], String).flatMap(({ fields }) => fields.map(({ name }) => ["settings", name] as const)),
    ];
    expect(asked.filter(([kind, name]) => named(kind, name) === undefined)).toEqual([]);
  });

  it("name every kind and group", () => {
    const kinds: Readonly<Record<string, string>> = en.hardware.kind;
    const groups: Readonly<Record<string, string>> = en.hardware.group;
    expect(Object.keys(KINDS).filter((kind) => kinds[kind] === undefined)).toEqual([]);
    expect(groupsOf([], String).filter(({ name }) => groups[name] === undefined)).toEqual([]);
  });
});
