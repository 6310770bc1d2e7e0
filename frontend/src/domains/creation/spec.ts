import { NEW_DISK, NEW_NIC, type CreationForm, type Source } from "./form";
import { gibToBytes } from "./sizes";

type Values = Record<string, unknown>;

/** What is sent to make it. What was left empty is left out: the server knows what suits the system and the host. */
export function specOf(form: CreationForm): Values {
  const { source } = form;
  if (source === "xml") return { host: form.host, xml: form.xml, start: form.start };
  const several = Number(form.count) > 1;
  const whole = filled({
    host: form.host,
    name: form.name,
    count: several ? Number(form.count) : undefined,
    title: form.title,
    description: form.description,
    tags: words(form.tags),
    os: form.os,
    ...mediumOf(form),
    vcpus: number(form.vcpus),
    memory_bytes: form.memory ? gibToBytes(form.memory) : undefined,
    cpu: form.cpu.mode === "custom" ? filled(form.cpu) : filled({ mode: form.cpu.mode }),
    topology: topologyOf(form),
    type: source === "container" ? "lxc" : form.type,
    arch: form.arch,
    machine: form.machine,
    firmware: form.firmware,
    tpm: asked(form.tpm),
    interfaces: same(form.interfaces, [NEW_NIC]) ? undefined : form.interfaces.map(interfaceOf),
    graphics: filled({ type: form.graphics }),
    video: form.video,
    sound: form.sound,
    rng: asked(form.rng),
    agent: asked(form.agent),
    serial: asked(form.serial),
    watchdog: form.watchdog.model ? form.watchdog : undefined,
    cloud_init: source === "cloud" || source === "disk" || source === "template" ? cloudInitOf(form) : undefined,
    autostart: form.autostart || undefined,
    start: form.start,
    protected: form.protected || undefined,
  }, ["interfaces", "disks"]);
  // What the form asked for another source, and this one decides itself, stays in the form.
  const decided = DECIDED[source] ?? [];
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !decided.includes(name)));
}

const OF_MACHINES = ["cpu", "topology", "arch", "machine", "firmware", "tpm", "graphics", "video", "sound", "rng", "agent", "serial", "watchdog"];

/** What is not asked where it comes with the source. */
const DECIDED: Partial<Record<Source, readonly string[]>> = {
  template: [...OF_MACHINES, "os", "type", "interfaces"],
  container: [...OF_MACHINES, "os"],
};

function mediumOf(form: CreationForm): Values {
  switch (form.source) {
    case "iso":
      return { iso: form.iso, disks: disksOf(form) };
    case "cloud":
      return { cloud_image: form.cloud_image, disks: disksOf(form) };
    case "disk": {
      const [first = NEW_DISK, ...others] = form.disks;
      const taken = { ...diskOf(first), capacity_bytes: undefined, [form.copy ? "copy_of" : "volume"]: form.volume };
      return { disks: [filled(form.copy ? taken : { ...taken, pool: undefined, format: undefined }), ...others.map(diskOf)] };
    }
    case "template":
      return { template: form.template, template_version: number(form.template_version) };
    case "network":
      return { network_boot: true, disks: disksOf(form) };
    case "kernel":
      return { kernel: filled(form.kernel), disks: disksOf(form) };
    case "container":
      return { root: form.root.volume ? { volume: form.root.volume } : { path: form.root.path } };
    default:
      return { disks: disksOf(form) };
  }
}

/** None, where the one disk that is usual suffices: then its size and its place are the server's to choose. */
const disksOf = (form: CreationForm): Values[] | undefined => (same(form.disks, [NEW_DISK]) ? undefined : form.disks.map(diskOf));

const diskOf = ({ size, ...rest }: CreationForm["disks"][number]): Values =>
  filled({ ...rest, capacity_bytes: size ? gibToBytes(size) : undefined });

const interfaceOf = ({ on, bridge, vlan, ...rest }: CreationForm["interfaces"][number]): Values => {
  const place = on === "bridge" ? { type: on, bridge } : on === "user" ? { type: on } : { network: on };
  return filled({ ...place, ...rest, vlan: number(vlan) });
};

function topologyOf({ topology }: CreationForm): Values | undefined {
  if (same(topology, { sockets: "", cores: "", threads: "" })) return undefined;
  return { sockets: Number(topology.sockets || 1), cores: Number(topology.cores || 1), threads: Number(topology.threads || 1) };
}

const cloudInitOf = ({ cloud_init: { ssh_keys, ...rest } }: CreationForm): Values =>
  filled({ ...rest, ssh_keys: ssh_keys.split("\n").map((line) => line.trim()).filter(Boolean) });

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const words = (text: string): string[] => text.split(",").map((word) => word.trim()).filter(Boolean);

const number = (text: string): number | undefined => (text ? Number(text) : undefined);

/** A yes or no that was left to the server is not sent. */
const asked = (choice: string): boolean | undefined => (choice === "" ? undefined : choice === "yes");

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === "" ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0);

/** Without what is empty; an empty list of what is `kept` says "none of them". */
const filled = (values: Values, kept: readonly string[] = []): Values =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => !isEmpty(value) || (kept.includes(name) && Array.isArray(value))));

const DISK_OF_VOLUME = new Set(["volume", "copy_of"]);

/** Where the form shows what the server complains about; null where it has no place of its own. */
export function placeOf(field: string, form: CreationForm): string | null {
  const [first = "", second = "", third = ""] = field.split(".");
  if (first === "memory_bytes") return "memory";
  if (first === "network_boot") return null;
  if (first === "disks" && second in form.disks) {
    if (third === "capacity_bytes" || third === "") return `disks.${second}.size`;
    if (DISK_OF_VOLUME.has(third)) return form.source === "disk" ? "volume" : null;
    return third in NEW_DISK ? `disks.${second}.${third}` : null;
  }
  if (first === "interfaces" && second in form.interfaces) {
    if (third !== "on" && third in NEW_NIC) return `interfaces.${second}.${third}`;
    return `interfaces.${second}.on`;
  }
  const value: unknown = form[first as keyof CreationForm];
  if (value === undefined || value === null || Array.isArray(value)) return null;
  if (typeof value !== "object") return first;
  if (second === "" || !(second in value)) return `${first}.${Object.keys(value)[0] ?? ""}`;
  return `${first}.${second}`;
}
