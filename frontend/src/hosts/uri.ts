/** The parts of a libvirt URI that the add-host form asks for. */
export interface URIParts {
  driver: string;
  /** "" and "unix" mean this machine. */
  transport: string;
  user: string;
  host: string;
  port: string;
  path: string;
}

export const DRIVERS = ["qemu", "lxc", "xen", "bhyve", "vz", "vbox", "test"] as const;
export const TRANSPORTS = ["", "ssh", "tls", "tcp"] as const;

/** Where a driver's system-wide instance is. */
export const PATH_OF: Readonly<Record<string, string>> = { test: "/default", vbox: "/session" };

export const pathOf = (driver: string): string => PATH_OF[driver] ?? "/system";

const isIPv6 = (host: string): boolean => host.includes(":") && !host.startsWith("[");

export function buildURI({ driver, transport, user, host, port, path }: URIParts): string {
  const scheme = transport ? `${driver}+${transport}` : driver;
  if (!transport || transport === "unix") return `${scheme}://${path}`;
  const who = user && transport === "ssh" ? `${user}@` : "";
  return `${scheme}://${who}${isIPv6(host) ? `[${host}]` : host}${port ? `:${port}` : ""}${path}`;
}

const PATTERN = /^([a-z]+)(?:\+([a-z]+))?:\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/?]*)(?::(\d+))?(\/[^?]*)?$/;

/** The parts of a URI that the form can show; null for one with anything else in it. */
export function parseURI(uri: string): URIParts | null {
  const found = PATTERN.exec(uri.trim());
  if (!found) return null;
  const [, driver = "", transport = "", user = "", host = "", port = "", path = ""] = found;
  if (!transport && host) return null; // libvirt's implied TLS: leave it as it was written
  return { driver, transport, user, host: host.replace(/^\[|\]$/g, ""), port, path };
}

/** A name to begin with: the machine's, or the hypervisor's on this one. */
export function suggestedName(uri: string): string {
  const parts = parseURI(uri);
  if (!parts) return "";
  const { host, transport, driver } = parts;
  if (!host) return transport === "" || transport === "unix" ? `local-${driver}` : "";
  return isIPv6(host) || /^[\d.]+$/.test(host) ? host : (host.split(".")[0] ?? "");
}
