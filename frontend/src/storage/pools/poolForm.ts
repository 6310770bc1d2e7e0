import type { PoolType } from "../shapes";

/** A new pool as its form has it: all text, one field for each part that some type has. */
export interface PoolForm {
  host: string;
  name: string;
  type: string;
  target: string;
  /** One a line, with a port where it is not the usual one. */
  hosts: string;
  dir: string;
  /** One a line. */
  devices: string;
  source_name: string;
  adapter: string;
  initiator: string;
  format: string;
  username: string;
  secret: string;
  autostart: boolean;
  build: "none" | "build" | "overwrite";
}

export const EMPTY: PoolForm = {
  host: "",
  name: "",
  type: "dir",
  target: "",
  hosts: "",
  dir: "",
  devices: "",
  source_name: "",
  adapter: "",
  initiator: "",
  format: "",
  username: "",
  secret: "",
  autostart: true,
  build: "build",
};

export interface Source {
  hosts?: { name: string; port?: number }[];
  dir?: string;
  devices?: string[];
  name?: string;
  adapter?: string;
  initiator?: string;
  format?: string;
  auth?: { type: string; username: string; secret: string };
}

// The parts of a type by the server's words, and the form's field of each.
const FIELD: Readonly<Record<string, keyof PoolForm>> = {
  hosts: "hosts",
  dir: "dir",
  devices: "devices",
  name: "source_name",
  adapter: "adapter",
  initiator: "initiator",
  auth: "username",
  format: "format",
};

/** The form's field that a complaint of the server's is about: "source.name" is not the pool's name. */
export function fieldOf(complaint: string): string {
  const [head = "", part = "", inner] = complaint.split(".");
  if (head !== "source") return head;
  return inner === "secret" ? "secret" : (FIELD[part] ?? part);
}

const lines = (text: string): string[] => text.split(/[\n,]+/).map((line) => line.trim()).filter(Boolean);

/** "nas1:3260" as a name and a port; an IPv6 address keeps its colons unless it stands in brackets. */
export function hostOf(text: string): { name: string; port?: number } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text);
  const plain = /^([^:]+):(\d+)$/.exec(text);
  const [, name = text, port] = bracketed ?? plain ?? [];
  return { name, ...(port && { port: Number(port) }) };
}

/** How a host that was found is written in the form. */
export const hostText = ({ name, port }: { name: string; port?: number }): string =>
  port === undefined ? name : name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;

export const hasPart = (type: PoolType, part: string): boolean => type.fields.some(({ name }) => name === part);
export const needsPart = (type: PoolType, part: string): boolean => type.fields.some(({ name, required }) => name === part && required);

/** The source as far as it is answered; only of what the type has. */
export function sourceOf(values: PoolForm, type: PoolType): Source {
  const has = (part: string) => hasPart(type, part);
  const source: Source = {};
  if (has("hosts") && lines(values.hosts).length > 0) source.hosts = lines(values.hosts).map(hostOf);
  if (has("dir") && values.dir.trim()) source.dir = values.dir.trim();
  if (has("devices") && lines(values.devices).length > 0) source.devices = lines(values.devices);
  if (has("name") && values.source_name.trim()) source.name = values.source_name.trim();
  if (has("adapter") && values.adapter.trim()) source.adapter = values.adapter.trim();
  if (has("initiator") && values.initiator.trim()) source.initiator = values.initiator.trim();
  if (type.formats.length > 0 && values.format) source.format = values.format;
  if (has("auth") && type.auth && values.username.trim()) source.auth = { type: type.auth, username: values.username.trim(), secret: values.secret };
  return source;
}

/** What is still to be answered, by the form's fields. */
export function missing(values: PoolForm, type: PoolType | undefined): (keyof PoolForm)[] {
  const fields: (keyof PoolForm)[] = ["host", "name"];
  if (type === undefined) return [...fields, "type"];
  for (const { name: part, required } of type.fields) if (required) fields.push(part === "target" ? "target" : (FIELD[part] ?? "target"));
  return fields.filter((field) => String(values[field]).trim() === "");
}

/** What is sent; null while something is missing. */
export function poolSpec(values: PoolForm, type: PoolType | undefined): Record<string, unknown> | null {
  if (type === undefined || missing(values, type).length > 0) return null;
  const source = sourceOf(values, type);
  return {
    host: values.host,
    name: values.name.trim(),
    type: values.type,
    ...(hasPart(type, "target") && values.target.trim() && { target: values.target.trim() }),
    ...(Object.keys(source).length > 0 && { source }),
    autostart: values.autostart,
    ...(type.builds && { build: values.build === "overwrite" && !type.overwrites ? "build" : values.build }),
  };
}

/** A secret is not put into a shell's history. */
export function withoutSecret(spec: Record<string, unknown>): Record<string, unknown> {
  const source = spec.source as Source | undefined;
  return source?.auth ? { ...spec, source: { ...source, auth: { ...source.auth, secret: "SECRET" } } } : spec;
}
