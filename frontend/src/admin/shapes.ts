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
export type AuditEntry = Schemas["AuditEntry"];
export type AuditResult = Schemas["AuditResult"];
export type Quota = Schemas["Quota"];
export type QuotaWish = Schemas["QuotaBodyRequest"];
export type Change = Schemas["AuditChange"];
export type Verified = Schemas["AuditVerdict"];
export type OwnQuota = Schemas["OwnQuota"];
