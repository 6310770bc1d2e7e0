/** Forms of devices and settings: what is asked of each, from the API's values to text and back. */

import { bytesOf, bytesText } from "../../ui/sizes";

export type Value = string | boolean;
export type Values = Readonly<Record<string, Value>>;
/** A device or the settings as the API has them: nested values stand under dotted names here. */
export type Thing = Readonly<Record<string, unknown>>;

export interface Field {
  /** The API's name; a dot leads into a nested value. */
  name: string;
  as: "text" | "lines" | "secret" | "whole" | "bytes" | "switch" | "maybe" | "choice" | "reference" | "words" | "order" | "numbers";
  /** Of a choice, by the API's words. */
  options?: readonly string[];
  /** Of a reference: what it may point to, by id. */
  choices?: readonly { value: string; label: string }[];
  required?: boolean;
  /** Folded away: few need it. */
  more?: boolean;
  /** Asked only when the others say so. */
  when?: (values: Values) => boolean;
  /** Asked when something is added, and never changed afterwards. */
  once?: boolean;
}

/** With the host's network filters to choose from, where it has any. */
export const withFilters = (fields: readonly Field[], filters: readonly string[] | undefined): readonly Field[] =>
  filters?.length ? fields.map((field) => (field.name === "filter" ? { ...field, as: "choice", options: filters } : field)) : fields;

export function read(thing: Thing, name: string): unknown {
  let at: unknown = thing;
  for (const part of name.split(".")) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

function textOf(field: Field, value: unknown): Value {
  if (field.as === "switch") return value === true;
  if (value === null || value === undefined) return "";
  if (field.as === "bytes") return typeof value === "number" ? bytesText(value) : "";
  if (field.as === "maybe") return value === true ? "yes" : "no";
  if (field.as === "reference") return String((value as { id?: unknown }).id ?? "");
  if (field.as === "numbers") return Array.isArray(value) ? value.map((each: { id?: unknown }) => String(each.id)).join(" ") : "";
  if (field.as === "words" || field.as === "order") return Array.isArray(value) ? value.join(" ") : "";
  return String(value);
}

/** What the form shows of a thing at first. */
export function valuesOf(fields: readonly Field[], thing: Thing): Values {
  return Object.fromEntries(fields.map((field) => [field.name, textOf(field, read(thing, field.name))]));
}

const LISTS: readonly Field["as"][] = ["words", "order", "numbers"];

function valueOf(field: Field, value: Value | undefined): unknown {
  if (typeof value === "boolean") return value;
  const text = field.as === "lines" || field.as === "secret" ? (value ?? "") : (value ?? "").trim();
  if (text === "") return LISTS.includes(field.as) ? [] : null;
  switch (field.as) {
    case "whole":
      return /^\d+$/.test(text) ? Number(text) : text; // what is no number the server refuses in its words
    case "bytes":
      return bytesOf(text) ?? text;
    case "maybe":
      return text === "yes";
    case "numbers":
      return text.split(/[\s,]+/).map((id) => ({ id: /^\d+$/.test(id) ? Number(id) : id }));
    case "words":
    case "order":
      return text.split(/[\s,]+/);
    default:
      return text;
  }
}

function put(target: Record<string, unknown>, name: string, value: unknown): void {
  const [head = "", ...rest] = name.split(".");
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const inner = typeof target[head] === "object" && target[head] !== null ? { ...(target[head] as object) } : {};
  put(inner as Record<string, unknown>, rest.join("."), value);
  target[head] = inner;
}

const asked = (fields: readonly Field[], values: Values) => fields.filter((field) => !field.when || field.when(values));

/** A nested value without what is not set; null when nothing is left of it. */
function tidy(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : null;
}

// A source is another one as soon as anything of it is another. Of other nested values only what changes is sent.
const WHOLE: readonly string[] = ["source"];

/** What to send so that the thing becomes what the form says; null when it is that already. */
export function changesOf(fields: readonly Field[], before: Values, after: Values, thing: Thing): Record<string, unknown> | null {
  const changes: Record<string, unknown> = {};
  for (const field of asked(fields, after)) {
    if (before[field.name] === after[field.name]) continue;
    const [head = ""] = field.name.split(".");
    if (WHOLE.includes(head) && !(head in changes)) changes[head] = thing[head] ?? {};
    put(changes, field.name, valueOf(field, after[field.name]));
  }
  for (const head of WHOLE) if (head in changes) changes[head] = tidy(changes[head]);
  return Object.keys(changes).length > 0 ? changes : null;
}

/** What to send to have a new one: only what was said. */
export function wishOf(fields: readonly Field[], values: Values): Record<string, unknown> {
  const wish: Record<string, unknown> = {};
  for (const field of asked(fields, values)) {
    const value = valueOf(field, values[field.name]);
    if (value !== null && value !== false && !(Array.isArray(value) && value.length === 0)) put(wish, field.name, value);
  }
  return wish;
}

/** Whether all that must be said is. */
export const complete = (fields: readonly Field[], values: Values): boolean =>
  asked(fields, values).every((field) => !field.required || values[field.name] !== "");
