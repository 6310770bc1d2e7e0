import { ClockIcon, MemoryIcon, MicrochipIcon, PowerOffIcon, StickyNoteIcon, TachometerAltIcon } from "@patternfly/react-icons";
import type { ComponentType } from "react";

import { read, type Field, type Thing } from "./form";
import type { Device } from "./types";

export interface Group {
  name: string;
  icon: ComponentType;
  fields: readonly Field[];
  facts: (settings: Thing) => (string | number | null | undefined | false)[];
}

const words = (text: string): readonly string[] => text.split(" ");
const text = (settings: Thing, name: string) => {
  const value = read(settings, name);
  return typeof value === "string" || typeof value === "number" ? value : null;
};
const BOOTABLE = ["disk", "interface", "hostdev", "filesystem", "redirdev"];

/** What a domain is beside its devices, in the groups in which people think of it. */
export function groupsOf(devices: readonly Device[], size: (bytes: number) => string): Group[] {
  const bytes = (settings: Thing, name: string) => {
    const value = read(settings, name);
    return typeof value === "number" ? size(value) : null;
  };
  return [
    {
      name: "general",
      icon: StickyNoteIcon,
      fields: [
        { name: "title", as: "text" },
        { name: "description", as: "lines" },
        { name: "tags", as: "words" },
        { name: "autostart", as: "switch" },
        { name: "protected", as: "switch" },
      ],
      facts: (settings) => [text(settings, "title")],
    },
    {
      name: "processors",
      icon: MicrochipIcon,
      fields: [
        { name: "vcpus", as: "whole", required: true },
        { name: "max_vcpus", as: "whole", required: true },
        { name: "cpu.mode", as: "choice", options: words("host-passthrough host-model maximum custom") },
        { name: "cpu.model", as: "text", when: (values) => values["cpu.mode"] === "custom" || values["cpu.mode"] === "" },
        { name: "topology.sockets", as: "whole" },
        { name: "topology.cores", as: "whole" },
        { name: "topology.threads", as: "whole" },
        { name: "iothreads", as: "whole", more: true },
        { name: "cpu.migratable", as: "maybe", more: true },
        { name: "cpu.cache_mode", as: "choice", options: words("emulate passthrough disable"), more: true },
      ],
      facts: (settings) => [
        `${text(settings, "vcpus")} / ${text(settings, "max_vcpus")}`,
        text(settings, "cpu.mode"),
        text(settings, "cpu.model"),
        text(settings, "topology.sockets") && ["sockets", "cores", "threads"].map((part) => text(settings, `topology.${part}`)).join(" × "),
      ],
    },
    {
      name: "memory",
      icon: MemoryIcon,
      fields: [
        { name: "memory_bytes", as: "bytes", required: true },
        { name: "max_memory_bytes", as: "bytes", required: true },
        { name: "memory_backing.hugepages", as: "switch" },
        { name: "memory_limit_bytes", as: "bytes", more: true },
        { name: "memory_slots", as: "whole", more: true },
        { name: "memory_backing.source", as: "choice", options: words("anonymous memfd file"), more: true },
        { name: "memory_backing.access", as: "choice", options: words("shared private"), more: true },
        { name: "memory_backing.locked", as: "switch", more: true },
      ],
      facts: (settings) => [
        bytes(settings, "memory_bytes"),
        read(settings, "max_memory_bytes") !== read(settings, "memory_bytes") && `≤ ${bytes(settings, "max_memory_bytes")}`,
      ],
    },
    {
      name: "boot",
      icon: PowerOffIcon,
      fields: [
        { name: "boot_order", as: "order", options: devices.filter((device) => BOOTABLE.includes(device.kind) && device.pending !== "removed").map((device) => device.key) },
        { name: "firmware", as: "choice", options: words("bios efi efi-secure") },
        { name: "boot_menu", as: "maybe" },
        { name: "machine", as: "text", more: true },
        { name: "boot_menu_timeout_seconds", as: "whole", more: true },
        { name: "kernel.kernel", as: "text", more: true },
        { name: "kernel.initrd", as: "text", more: true },
        { name: "kernel.cmdline", as: "text", more: true },
      ],
      facts: (settings) => [
        text(settings, "firmware"),
        text(settings, "machine"),
        ...((read(settings, "boot_order") as string[] | undefined) ?? (read(settings, "boot_devices") as string[] | undefined) ?? []),
      ],
    },
    {
      name: "features",
      icon: ClockIcon,
      fields: [
        { name: "clock.offset", as: "choice", options: words("utc localtime timezone variable absolute") },
        { name: "clock.timezone", as: "text", when: (values) => values["clock.offset"] === "timezone" },
        { name: "features.acpi", as: "switch" },
        { name: "features.apic", as: "switch" },
        { name: "features.smm", as: "maybe", more: true },
        { name: "features.pmu", as: "maybe", more: true },
        { name: "features.kvm.hidden", as: "maybe", more: true },
        { name: "on_poweroff", as: "choice", options: words("destroy restart preserve rename-restart"), more: true },
        { name: "on_reboot", as: "choice", options: words("restart destroy preserve rename-restart"), more: true },
        { name: "on_crash", as: "choice", options: words("destroy restart preserve rename-restart coredump-destroy coredump-restart"), more: true },
        { name: "suspend_to_memory", as: "maybe", more: true },
        { name: "suspend_to_disk", as: "maybe", more: true },
      ],
      facts: (settings) => [text(settings, "clock.offset"), ...words("acpi apic").filter((name) => read(settings, `features.${name}`) === true)],
    },
    {
      name: "tuning",
      icon: TachometerAltIcon,
      fields: [
        { name: "pinning.cpus", as: "text" },
        { name: "pinning.emulator", as: "text" },
        { name: "numa.nodes", as: "text" },
        { name: "numa.mode", as: "choice", options: words("strict preferred interleave restrictive") },
        { name: "tuning.cpu.shares", as: "whole" },
        { name: "tuning.cpu.period_microseconds", as: "whole", more: true },
        { name: "tuning.cpu.quota_microseconds", as: "whole", more: true },
        { name: "tuning.memory.hard_limit_bytes", as: "bytes", more: true },
        { name: "tuning.memory.soft_limit_bytes", as: "bytes", more: true },
        { name: "tuning.block.weight", as: "whole", more: true },
      ],
      facts: (settings) => [text(settings, "pinning.cpus"), text(settings, "numa.nodes"), text(settings, "tuning.cpu.shares")],
    },
  ];
}
