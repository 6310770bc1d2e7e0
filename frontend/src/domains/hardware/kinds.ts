import {
  BellIcon,
  CompactDiscIcon,
  CubeIcon,
  DesktopIcon,
  ExchangeAltIcon,
  FolderOpenIcon,
  HddIcon,
  HeartbeatIcon,
  ImageIcon,
  KeyboardIcon,
  KeyIcon,
  MemoryIcon,
  NetworkIcon,
  PlugIcon,
  RandomIcon,
  SitemapIcon,
  TerminalIcon,
  VolumeUpIcon,
} from "@patternfly/react-icons";
import type { ComponentType } from "react";

import { read, type Field, type Thing, type Values } from "./form";

export interface Kind {
  icon: ComponentType;
  fields: readonly Field[];
  /** What tells one from another at a glance: names of properties. */
  facts: readonly string[];
  /** What belongs to its name, where there may be several. */
  own?: readonly string[];
  /** Offered in the dialog that adds one, with these values at first. */
  add?: Values;
}

const words = (text: string): readonly string[] => text.split(" ");
const is = (name: string, ...wanted: string[]) => (values: Values) => wanted.includes(String(values[name]));
const VIRTIO = words("virtio virtio-transitional virtio-non-transitional");
const BOOT_ORDER: Field = { name: "boot_order", as: "whole" };
const CHARACTER: readonly Field[] = [
  { name: "type", as: "choice", options: words("pty unix tcp file null spicevmc qemu-vdagent"), required: true },
  { name: "path", as: "text", when: is("type", "unix", "file", "dev", "pipe") },
  { name: "mode", as: "choice", options: words("bind connect"), when: is("type", "unix", "tcp") },
  { name: "host", as: "text", when: is("type", "tcp", "udp") },
  { name: "service", as: "text", when: is("type", "tcp", "udp") },
  { name: "log_file", as: "text", more: true },
];

const DISK: readonly Field[] = [
  { name: "bus", as: "choice", options: words("virtio scsi sata usb ide fdc") },
  { name: "cache", as: "choice", options: words("none writeback writethrough directsync unsafe default") },
  { name: "discard", as: "choice", options: words("unmap ignore") },
  { name: "serial", as: "text" },
  BOOT_ORDER,
  { name: "readonly", as: "switch" },
  { name: "shareable", as: "switch", more: true },
  { name: "io", as: "choice", options: words("native threads io_uring"), more: true },
  { name: "detect_zeroes", as: "choice", options: words("off on unmap"), more: true },
  { name: "error_policy", as: "choice", options: words("report stop enospace ignore"), more: true },
  { name: "iotune.total_bytes_sec", as: "bytes", more: true },
  { name: "iotune.read_bytes_sec", as: "bytes", more: true },
  { name: "iotune.write_bytes_sec", as: "bytes", more: true },
  { name: "iotune.total_iops_sec", as: "whole", more: true },
  { name: "iotune.read_iops_sec", as: "whole", more: true },
  { name: "iotune.write_iops_sec", as: "whole", more: true },
];

const INTERFACE: readonly Field[] = [
  { name: "model", as: "choice", options: words("virtio e1000e e1000 rtl8139 vmxnet3 igb") },
  { name: "mac", as: "text" },
  { name: "link_up", as: "maybe" },
  BOOT_ORDER,
  { name: "vlans", as: "numbers", more: true },
  { name: "filter", as: "text", more: true },
  { name: "mtu", as: "whole", more: true },
  { name: "isolated", as: "maybe", more: true },
  { name: "queues", as: "whole", more: true },
  { name: "inbound.average_bytes", as: "bytes", more: true },
  { name: "inbound.peak_bytes", as: "bytes", more: true },
  { name: "outbound.average_bytes", as: "bytes", more: true },
  { name: "outbound.peak_bytes", as: "bytes", more: true },
];

/** The devices that people edit, by libvirt's names, in the order in which they are listed. */
export const KINDS: Readonly<Record<string, Kind>> = {
  disk: { icon: HddIcon, fields: DISK, facts: ["bus", "format", "cache"], add: { bus: "virtio" } },
  interface: { icon: NetworkIcon, fields: INTERFACE, facts: ["model"], add: { model: "virtio" } },
  graphics: {
    icon: DesktopIcon,
    fields: [
      { name: "type", as: "choice", options: words("vnc spice"), required: true, once: true },
      { name: "port", as: "whole" },
      { name: "password", as: "secret" },
      { name: "keymap", as: "text" },
      { name: "listen.type", as: "choice", options: words("address network socket none"), more: true, when: (values) => values["listen.type"] !== "" },
      { name: "share_policy", as: "choice", options: words("allow-exclusive force-shared ignore"), more: true, when: is("type", "vnc") },
      { name: "clipboard", as: "maybe", more: true, when: is("type", "spice") },
      { name: "file_transfer", as: "maybe", more: true, when: is("type", "spice") },
    ],
    facts: ["port", "listen.address", "listen.socket"],
    own: ["type"],
    add: { type: "vnc" },
  },
  video: {
    icon: ImageIcon,
    fields: [
      { name: "model", as: "choice", options: words("virtio vga qxl cirrus bochs ramfb none"), required: true },
      { name: "heads", as: "whole" },
      { name: "vram_bytes", as: "bytes" },
      { name: "primary", as: "maybe", more: true },
      { name: "width", as: "whole", more: true },
      { name: "height", as: "whole", more: true },
    ],
    facts: ["model", "heads"],
    add: { model: "virtio" },
  },
  sound: {
    icon: VolumeUpIcon,
    fields: [{ name: "model", as: "choice", options: words("ich9 ich6 ac97 usb es1370 sb16"), required: true }],
    facts: ["model"],
    add: { model: "ich9" },
  },
  input: {
    icon: KeyboardIcon,
    fields: [
      { name: "type", as: "choice", options: words("tablet keyboard mouse"), required: true },
      { name: "bus", as: "choice", options: words("usb virtio ps2") },
    ],
    facts: ["bus"],
    own: ["type"],
    add: { type: "tablet", bus: "usb" },
  },
  tpm: {
    icon: KeyIcon,
    fields: [
      { name: "model", as: "choice", options: words("tpm-crb tpm-tis tpm-spapr") },
      { name: "backend", as: "choice", options: words("emulator passthrough"), required: true },
      { name: "version", as: "choice", options: words("2.0 1.2"), when: is("backend", "emulator") },
      { name: "device", as: "text", when: is("backend", "passthrough") },
      { name: "persistent_state", as: "maybe", more: true },
    ],
    facts: ["model", "version", "backend"],
    add: { backend: "emulator", model: "tpm-crb", version: "2.0" },
  },
  watchdog: {
    icon: HeartbeatIcon,
    fields: [
      { name: "model", as: "choice", options: words("i6300esb itco ib700 diag288"), required: true },
      { name: "action", as: "choice", options: words("reset shutdown poweroff pause none dump inject-nmi") },
    ],
    facts: ["model", "action"],
    add: { model: "i6300esb", action: "reset" },
  },
  rng: {
    icon: RandomIcon,
    fields: [
      { name: "backend", as: "choice", options: words("random builtin"), required: true },
      { name: "path", as: "text", when: is("backend", "random") },
      { name: "model", as: "choice", options: VIRTIO, more: true },
      { name: "rate_bytes", as: "bytes", more: true },
      { name: "rate_period_seconds", as: "whole", more: true },
    ],
    facts: ["backend", "path", "model"],
    add: { backend: "random", path: "/dev/urandom", model: "virtio" },
  },
  filesystem: {
    icon: FolderOpenIcon,
    fields: [
      { name: "source_dir", as: "text", required: true },
      { name: "target", as: "text", required: true },
      { name: "driver", as: "choice", options: words("virtiofs path handle") },
      { name: "access_mode", as: "choice", options: words("passthrough mapped squash") },
      { name: "readonly", as: "switch" },
    ],
    facts: ["target", "source_dir", "driver"],
    add: { driver: "virtiofs", access_mode: "passthrough" },
  },
  hostdev: {
    icon: PlugIcon,
    fields: [
      { name: "type", as: "choice", options: words("pci usb mdev scsi"), required: true, once: true },
      { name: "pci_address", as: "text", when: is("type", "pci"), required: true },
      { name: "usb_vendor", as: "text", when: is("type", "usb") },
      { name: "usb_product", as: "text", when: is("type", "usb") },
      { name: "mdev_uuid", as: "text", when: is("type", "mdev"), required: true },
      { name: "managed", as: "maybe", when: is("type", "pci", "usb") },
      { ...BOOT_ORDER, more: true },
    ],
    facts: ["pci_address", "usb_vendor", "usb_product", "mdev_uuid"],
    own: ["type"],
    add: { type: "pci", managed: "yes" },
  },
  serial: { icon: TerminalIcon, fields: CHARACTER, facts: ["type", "target_type", "path"], add: { type: "pty" } },
  console: { icon: TerminalIcon, fields: [...CHARACTER, { name: "target_type", as: "choice", options: words("serial virtio xen lxc") }], facts: ["type", "target_type"], add: { type: "pty", target_type: "virtio" } },
  parallel: { icon: TerminalIcon, fields: CHARACTER, facts: ["type", "path"] },
  channel: {
    icon: ExchangeAltIcon,
    fields: [...CHARACTER, { name: "target_type", as: "choice", options: words("virtio guestfwd xen") }, { name: "target_name", as: "text" }],
    facts: ["type"],
    own: ["target_name"],
    add: { type: "unix", target_type: "virtio", target_name: "org.qemu.guest_agent.0" },
  },
  controller: {
    icon: SitemapIcon,
    fields: [
      { name: "type", as: "choice", options: words("scsi usb sata ide virtio-serial pci"), required: true, once: true },
      { name: "model", as: "text" },
      { name: "queues", as: "whole", more: true },
      { name: "iothread", as: "whole", more: true },
    ],
    facts: ["model"],
    own: ["type", "index"],
    add: { type: "scsi", model: "virtio-scsi" },
  },
  memballoon: {
    icon: MemoryIcon,
    fields: [
      { name: "model", as: "choice", options: [...VIRTIO, "none"], required: true },
      { name: "stats_period_seconds", as: "whole" },
      { name: "auto_deflate", as: "maybe" },
      { name: "free_page_reporting", as: "maybe" },
    ],
    facts: ["model"],
  },
  memory: {
    icon: MemoryIcon,
    fields: [
      { name: "model", as: "choice", options: words("dimm virtio-mem nvdimm virtio-pmem"), required: true, once: true },
      { name: "size_bytes", as: "bytes", required: true },
      { name: "node", as: "whole" },
    ],
    facts: ["model"],
    add: { model: "dimm", node: "0" },
  },
  panic: { icon: BellIcon, fields: [{ name: "model", as: "choice", options: words("isa pvpanic hyperv pseries") }], facts: ["model"], add: { model: "isa" } },
  vsock: {
    icon: ExchangeAltIcon,
    fields: [
      { name: "auto", as: "maybe" },
      { name: "cid", as: "whole" },
    ],
    facts: ["cid"],
    add: { auto: "yes" },
  },
  redirdev: { icon: PlugIcon, fields: [{ name: "type", as: "choice", options: words("spicevmc tcp"), required: true }], facts: ["type", "bus"], add: { type: "spicevmc" } },
  iommu: { icon: CubeIcon, fields: [{ name: "model", as: "choice", options: words("intel virtio smmuv3"), required: true }], facts: ["model"] },
};

/** The room of a disk's volume, which can become more. */
export const CAPACITY: Field = { name: "capacity_bytes", as: "bytes", required: true };

export const kindOf = (kind: string): Kind => KINDS[kind] ?? { icon: CubeIcon, fields: [], facts: ["model", "type"] };

export const iconOf = (kind: string, thing: Thing): ComponentType => (kind === "disk" && thing.device === "cdrom" ? CompactDiscIcon : kindOf(kind).icon);

/** What is in a disk, or an interface is plugged into, in words. */
export function sourceOf(thing: Thing): string {
  const volume = [read(thing, "volume.pool.name"), read(thing, "volume.name")];
  if (volume.every((each) => typeof each === "string")) return volume.join("/");
  const found = ["source.volume", "source.file", "source.device", "source.name", "source.dir", "source.network", "source.bridge"].map((name) => read(thing, name));
  return found.filter((each): each is string => typeof each === "string" && each !== "")[0] ?? "";
}

/** What is known of it at a glance. */
export const factsOf = (kind: string, thing: Thing): string[] =>
  kindOf(kind)
    .facts.map((name) => read(thing, name))
    .filter((value) => value !== null && value !== undefined && value !== "")
    .map(String);
