import { describe, expect, it } from "vitest";

import en from "./en.json";
import zh from "./zh-CN.json";

type Texts = { [key: string]: string | Texts };

function flatten(texts: Texts, before = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === "string") all.set(before + key, value);
    else flatten(value, `${before}${key}.`).forEach((text, name) => all.set(name, text));
  }
  return all;
}

const ENGLISH = flatten(en);
const CHINESE = flatten(zh);
const PLURAL = /_(one|other)$/;
const names = (texts: Map<string, string>) => new Set([...texts.keys()].map((key) => key.replace(PLURAL, "")));
const placeholders = (text = "") => (text.match(/{{\w+}}/g) ?? []).sort();

describe("the texts", () => {
  it("are there in both languages", () => {
    expect([...names(CHINESE)].sort()).toEqual([...names(ENGLISH)].sort());
  });

  it("name the same things in both", () => {
    for (const [key, text] of CHINESE) expect([key, placeholders(text)]).toEqual([key, placeholders(ENGLISH.get(key))]);
  });

  it("are all there that the pages ask for", () => {
    const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*"], { query: "?raw", import: "default", eager: true });
    const known = names(ENGLISH);
    const missing = Object.entries(sources).flatMap(([file, source]) =>
      [...source.matchAll(/\bt\(\s*"([^"]+)"/g)].map(([, key]) => `${file}: ${key}`).filter((found) => !known.has(found.split(": ")[1] ?? "")),
    );
    expect(missing).toEqual([]);
  });
});
