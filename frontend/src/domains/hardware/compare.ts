import type { Thing } from "./form";
import type { Device } from "./types";

export interface Difference {
  name: string;
  before: unknown;
  after: unknown;
}

// Ours, and in no definition.
const OWN: readonly string[] = ["key", "kind", "pending", "live", "volume", "network", "capacity_bytes"];

const isThing = (value: unknown): value is Thing => typeof value === "object" && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown) => value === null || value === undefined || (Array.isArray(value) && value.length === 0);

function compare(before: Thing, after: Thing, above: string): Difference[] {
  return [...new Set([...Object.keys(after), ...Object.keys(before)])].flatMap((key) => {
    const [one, other] = [before[key], after[key]];
    const name = above + key;
    if (isThing(one) || isThing(other)) return compare(isThing(one) ? one : {}, isThing(other) ? other : {}, `${name}.`);
    if ((isEmpty(one) && isEmpty(other)) || JSON.stringify(one) === JSON.stringify(other)) return [];
    return [{ name, before: one, after: other }];
  });
}

/** How a device runs against how it will be, property by property. What libvirt alone adds while it runs is left out. */
export function differencesOf(device: Device): Difference[] {
  if (device.live === null) return [];
  const next = Object.fromEntries(Object.entries(device).filter(([name]) => !OWN.includes(name)));
  // A running device has values where its definition leaves the choice to libvirt: those change nothing.
  return compare(device.live, next, "").filter(({ after }) => !isEmpty(after));
}
