import { bytesOf, bytesText } from "../../ui/sizes";
import type { Quota, QuotaWish } from "../shapes";

export const RESOURCES = ["domains", "vcpus", "memory_bytes", "storage_bytes", "snapshots"] as const;
export type Resource = (typeof RESOURCES)[number];

export const isSize = (resource: Resource): boolean => resource.endsWith("_bytes");

/** A limit as it is typed, and whether there is one. */
export interface Limit {
  limited: boolean;
  text: string;
}
export type Limits = Record<Resource, Limit>;

const AT_FIRST: Readonly<Record<Resource, string>> = { domains: "5", vcpus: "10", memory_bytes: "20 GiB", storage_bytes: "200 GiB", snapshots: "20" };

export function limitsOf(quota?: Pick<Quota, Resource>): Limits {
  const limit = (resource: Resource): Limit => {
    const value = quota?.[resource] ?? null;
    if (value === null) return { limited: quota === undefined && resource !== "snapshots", text: AT_FIRST[resource] };
    return { limited: true, text: isSize(resource) ? bytesText(value) : String(value) };
  };
  return Object.fromEntries(RESOURCES.map((resource) => [resource, limit(resource)])) as Limits;
}

/** The number of a typed limit; null where it is none. */
export function limitValue(resource: Resource, text: string): number | null {
  if (isSize(resource)) return bytesOf(text);
  return /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** What is sent: null means no limit. Undefined while a limit is no number, or when nothing would be limited. */
export function quotaLimits(limits: Limits): Pick<QuotaWish, Resource> | undefined {
  const entries = RESOURCES.map((resource) => [resource, limits[resource].limited ? limitValue(resource, limits[resource].text) : null] as const);
  if (entries.some(([resource, value]) => limits[resource].limited && value === null)) return undefined;
  return entries.some(([, value]) => value !== null) ? (Object.fromEntries(entries) as Pick<QuotaWish, Resource>) : undefined;
}
