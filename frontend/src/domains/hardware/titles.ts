import { useTranslation } from "react-i18next";

import { kindOf, sourceOf } from "./kinds";
import type { Device } from "./types";

/** What people call a device: its kind, and what tells it from others of the kind. */
export function useDeviceTitle(): (device: Device) => string {
  const { t } = useTranslation();
  return (device) => {
    const type = device.kind === "disk" && typeof device.device === "string" ? device.device : device.kind;
    const kind = t(`hardware.kind.${type}`, { defaultValue: device.kind });
    const own = device.kind === "disk" ? [device.target] : device.kind === "interface" ? [sourceOf(device)] : (kindOf(device.kind).own ?? []).map((name) => device[name]);
    return [kind, ...own.filter((part) => part !== null && part !== undefined && part !== "")].join(" ");
  };
}
