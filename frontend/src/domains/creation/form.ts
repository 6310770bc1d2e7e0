import { z } from "zod";

import { GIB_WRITTEN } from "./sizes";

/** From what a domain is made. The first question of all: it decides which others are asked. */
export const SOURCES = ["iso", "cloud", "disk", "template", "network", "empty", "kernel", "container", "xml"] as const;
export type Source = (typeof SOURCES)[number];

const text = z.string().trim();
const gib = text.regex(GIB_WRITTEN).or(z.literal(""));
const whole = text.regex(/^\d*$/);

const disk = z.object({
  pool: text,
  size: gib,
  format: text,
  bus: text,
  cache: text,
  discard: text,
});

const nic = z.object({
  /** A network's id, or "bridge" or "user". */
  on: text,
  bridge: text,
  model: text,
  mac: text,
  vlan: whole,
});

/** Texts that are empty are not sent: the server takes what the system and the host suggest. */
export const creationSchema = z
  .object({
    source: z.enum(SOURCES),
    name: text,
    host: text,
    count: whole,
    title: text,
    description: text,
    tags: text,
    os: text,
    iso: text,
    cloud_image: text,
    volume: text,
    copy: z.boolean(),
    template: text,
    template_version: text,
    root: z.object({ volume: text, path: text }),
    kernel: z.object({ kernel: text, initrd: text, cmdline: text }),
    xml: text,
    vcpus: whole,
    memory: gib,
    cpu: z.object({ mode: text, model: text }),
    topology: z.object({ sockets: whole, cores: whole, threads: whole }),
    type: text,
    arch: text,
    machine: text,
    firmware: text,
    tpm: text,
    disks: z.array(disk),
    interfaces: z.array(nic),
    graphics: text,
    video: text,
    sound: text,
    rng: text,
    agent: text,
    serial: text,
    watchdog: z.object({ model: text, action: text }),
    cloud_init: z.object({
      user: text,
      password: z.string(),
      ssh_keys: text,
      hostname: text,
      network_config: z.string(),
      user_data: z.string(),
    }),
    autostart: z.boolean(),
    start: z.boolean(),
    protected: z.boolean(),
  })
  .superRefine((form, context) => {
    const needed = (path: string[], value: string) => {
      if (!value) context.addIssue({ code: "custom", path, message: "" });
    };
    needed(["host"], form.host);
    if (form.source !== "xml") needed(["name"], form.name);
    if (form.source === "iso") needed(["iso"], form.iso);
    if (form.source === "cloud") needed(["cloud_image"], form.cloud_image);
    if (form.source === "disk") needed(["volume"], form.volume);
    if (form.source === "template") needed(["template"], form.template);
    if (form.source === "container") needed(["root", "volume"], form.root.volume || form.root.path);
    if (form.source === "kernel") needed(["kernel", "kernel"], form.kernel.kernel);
    if (form.source === "xml") needed(["xml"], form.xml);
  });

export type CreationForm = z.infer<typeof creationSchema>;

export const NEW_DISK: CreationForm["disks"][number] = { pool: "", size: "", format: "", bus: "", cache: "", discard: "" };
export const NEW_NIC: CreationForm["interfaces"][number] = { on: "", bridge: "", model: "", mac: "", vlan: "" };

export const EMPTY: CreationForm = {
  source: "iso",
  name: "",
  host: "",
  count: "1",
  title: "",
  description: "",
  tags: "",
  os: "",
  iso: "",
  cloud_image: "",
  volume: "",
  copy: false,
  template: "",
  template_version: "",
  root: { volume: "", path: "" },
  kernel: { kernel: "", initrd: "", cmdline: "" },
  xml: "",
  vcpus: "",
  memory: "",
  cpu: { mode: "", model: "" },
  topology: { sockets: "", cores: "", threads: "" },
  type: "",
  arch: "",
  machine: "",
  firmware: "",
  tpm: "",
  disks: [NEW_DISK],
  interfaces: [NEW_NIC],
  graphics: "",
  video: "",
  sound: "",
  rng: "",
  agent: "",
  serial: "",
  watchdog: { model: "", action: "reset" },
  cloud_init: { user: "", password: "", ssh_keys: "", hostname: "", network_config: "", user_data: "" },
  autostart: false,
  start: true,
  protected: false,
};

/** Whether there is enough to ask the server what it thinks. */
export const answered = (form: CreationForm): boolean => creationSchema.safeParse(form).success;
