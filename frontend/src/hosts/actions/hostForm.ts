import { z } from "zod";

import type { Credentials, Host, HostWish } from "../../api/types";
import { buildURI, parseURI, pathOf } from "../uri";

/** What ovirtlite puts on a machine that it meets over ssh: the API's words. */
export const INSTALLS = ["key", "tls", "none"] as const;

export const hostSchema = z
  .object({
    name: z.string().trim().min(1),
    written: z.boolean(),
    uri: z.string().trim(),
    driver: z.string(),
    transport: z.string(),
    user: z.string().trim(),
    host: z.string().trim(),
    port: z.string().trim().regex(/^\d{0,5}$/),
    path: z.string().trim(),
    migration_uri: z.string().trim(),
    ssh_password: z.string(),
    host_key: z.string(),
    install: z.enum(INSTALLS),
    ssh_private_key: z.string(),
    known_hosts: z.string(),
    tls_ca_certificate: z.string(),
    tls_certificate: z.string(),
    tls_private_key: z.string(),
  })
  .superRefine((form, context) => {
    if (form.written && !form.uri) context.addIssue({ code: "custom", path: ["uri"], message: "" });
    if (!form.written && form.transport && !form.host) context.addIssue({ code: "custom", path: ["host"], message: "" });
  });

export type HostForm = z.infer<typeof hostSchema>;

export const CREDENTIALS = {
  ssh: ["ssh_private_key", "known_hosts"],
  tls: ["tls_ca_certificate", "tls_certificate", "tls_private_key"],
} as const;

export function initialForm(host?: Host): HostForm {
  const parts = host && parseURI(host.uri);
  return {
    name: host?.name ?? "",
    written: host !== undefined && !parts,
    uri: host?.uri ?? "",
    driver: parts?.driver ?? "qemu",
    transport: parts?.transport ?? (host ? "" : "ssh"),
    user: parts?.user ?? (host ? "" : "root"),
    host: parts?.host ?? "",
    port: parts?.port ?? "",
    path: parts?.path ?? pathOf("qemu"),
    migration_uri: host?.migration_uri ?? "",
    ssh_password: "",
    host_key: "",
    install: host ? "none" : "key",
    ssh_private_key: "",
    known_hosts: "",
    tls_ca_certificate: "",
    tls_certificate: "",
    tls_private_key: "",
  };
}

export const uriOf = (form: HostForm): string => (form.written ? form.uri.trim() : buildURI(form));

/** Which credentials a URI can use. */
export function transportOf(uri: string): "ssh" | "tls" | null {
  if (/^[a-z]+\+ssh:/.test(uri)) return "ssh";
  if (/^[a-z]+\+tls:/.test(uri) || /^[a-z]+:\/\/[^/]/.test(uri)) return "tls";
  return null;
}

/** What to send. Credentials that were left empty are not sent: the stored ones stay. */
export function wishOf(form: HostForm, before?: Host): HostWish {
  const uri = uriOf(form);
  const transport = transportOf(uri);
  const credentials: Credentials = {};
  for (const field of transport ? CREDENTIALS[transport] : []) {
    const text = form[field].trim();
    if (text) credentials[field] = `${text}\n`; // OpenSSH refuses a key without a last line end
  }
  const over = transport === "ssh";
  // A key of ovirtlite's needs something that lets it in for once; the server's own user may be let in as it is.
  const given = form.ssh_password !== "" || credentials.ssh_private_key !== undefined || before?.reached_by === "own_key";
  const wanted = form.install === "none" && form.ssh_password !== "" ? "key" : form.install;
  const installs = over && wanted !== "none" && (wanted === "tls" || given);
  if (over && form.ssh_password) credentials.ssh_password = form.ssh_password;
  return {
    name: form.name.trim(),
    uri,
    ...(over && form.host_key && { host_key: form.host_key }),
    ...(installs && { install: wanted }),
    ...(form.migration_uri !== (before?.migration_uri ?? "") && { migration_uri: form.migration_uri }),
    ...(Object.keys(credentials).length > 0 && { credentials }),
  };
}
