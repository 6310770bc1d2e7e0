import type { TFunction } from "i18next";

import type { CreationForm } from "./form";
import type { CreationOptions } from "./shapes";

/** What the folded parts say of themselves. */
export type Part = "processor" | "disks" | "interfaces" | "firmware" | "devices" | "cloudInit" | "options";

type Summary = (form: CreationForm, t: TFunction, options: CreationOptions | undefined) => string;

const list = (parts: readonly (string | false)[], t: TFunction): string => parts.filter(Boolean).join(" · ") || t("creation.default");

const named = (value: string, t: TFunction): string => value && t(`creation.value.${value}`, { defaultValue: value });

export const SUMMARY: Record<Part, Summary> = {
  processor: ({ cpu, topology }, t) =>
    list(
      [
        named(cpu.mode === "custom" && cpu.model ? cpu.model : cpu.mode, t),
        Object.values(topology).some(Boolean) && t("creation.topology", { sockets: topology.sockets || 1, cores: topology.cores || 1, threads: topology.threads || 1 }),
      ],
      t,
    ),
  disks: ({ disks, source, copy }, t, options) => {
    if (disks.length === 0) return t("creation.noDisks");
    return disks
      .map((disk, at) => {
        const pool = options?.pools.find(({ id }) => id === disk.pool)?.name;
        const own = source === "disk" && at === 0;
        const size = own ? t(copy ? "creation.aCopy" : "creation.theVolume") : disk.size ? t("creation.gib", { size: disk.size }) : t("creation.default");
        return [size, pool, named(disk.bus, t)].filter(Boolean).join(" ");
      })
      .join(" · ");
  },
  interfaces: ({ interfaces }, t, options) => {
    if (interfaces.length === 0) return t("creation.noNics");
    return interfaces
      .map(({ on, bridge, model }) => {
        const usual = options?.networks.find(({ id }) => id === options.default_network)?.name;
        const place = on === "" ? (usual ?? t("creation.default")) : on === "bridge" ? bridge || t("network.bridge") : on === "user" ? t("creation.place.user") : options?.networks.find(({ id }) => id === on)?.name;
        return [place, named(model, t)].filter(Boolean).join(" ");
      })
      .join(" · ");
  },
  firmware: ({ firmware, tpm, machine, type, arch }, t) =>
    list([named(firmware, t), tpm === "yes" && t("creation.tpm"), machine, type, arch], t),
  devices: ({ graphics, video, sound, watchdog }, t) => list([named(graphics, t), named(video, t), named(sound, t), watchdog.model], t),
  cloudInit: ({ cloud_init: { user, hostname, ssh_keys, user_data, network_config } }, t) =>
    [user, hostname, ssh_keys && t("creation.sshKeys"), user_data && t("creation.userData"), network_config && t("creation.networkConfig")].filter(Boolean).join(" · ") ||
    t("creation.none"),
  options: ({ count, start, autostart, protected: isProtected, tags }, t) =>
    list(
      [
        Number(count) > 1 && t("creation.several", { count: Number(count) }),
        t(start ? "creation.startsNow" : "creation.staysOff"),
        autostart && t("autostart"),
        isProtected && t("creation.protected"),
        tags,
      ],
      t,
    ),
};
