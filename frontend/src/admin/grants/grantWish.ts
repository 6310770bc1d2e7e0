import type { GrantableKind } from "../shapes";

export interface GrantAnswers {
  to: "user" | "group";
  user: string;
  /** Typed by who may not see the list of users. */
  username: string;
  group: string;
  role: string;
  kind: GrantableKind | "";
  object: string;
}

export interface GrantWish {
  user?: string;
  username?: string;
  group?: string;
  role: string;
  object?: { kind: GrantableKind; id: string };
}

/** What is sent; null while something is not answered. No kind means everywhere. */
export function grantWish({ to, user, username, group, role, kind, object }: GrantAnswers): GrantWish | null {
  const called = username.trim();
  const whom = to === "group" ? group && { group } : user ? { user } : called && { username: called };
  if (!whom || !role || (kind !== "" && !object)) return null;
  return { ...whom, role, ...(kind !== "" && { object: { kind, id: object } }) };
}
