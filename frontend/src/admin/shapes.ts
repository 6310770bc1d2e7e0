import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type UserWish = Schemas["UserWriteRequest"];
export type Group = Schemas["Group"];
export type GroupWish = Schemas["GroupWriteRequest"];
export type Role = Schemas["Role"];
export type RoleWish = Schemas["RoleWriteRequest"];
export type Grant = Schemas["Grant"];
export type GrantWish = Schemas["GrantWriteRequest"];
export type GrantableKind = Schemas["GrantableKind"];
export type Session = Schemas["Session"];
export type AuditEntry = Schemas["AuditEntry"] & { sequence: number; changes: Readonly<Record<string, Change>> };
export type AuditResult = Schemas["AuditResult"];
export type Quota = Schemas["Quota"];
export type QuotaWish = Schemas["QuotaBodyRequest"];

/** A field as it was and as it is. Secrets are never among them. */
export interface Change {
  before: unknown;
  after: unknown;
}
export interface Verified {
  valid: boolean;
  checked: number;
  broken_at: number | null;
}
