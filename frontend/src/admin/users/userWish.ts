import type { User, UserWish } from "../shapes";

export interface UserAnswers {
  username: string;
  name: string;
  password: string;
  mustChange: boolean;
  groups: string[];
}

const same = (first: readonly string[], second: readonly string[]) => first.length === second.length && first.every((each) => second.includes(each));

/** What is sent: for a user who is there, what differs. Null: nothing does, or the name is missing. */
export function userWish({ username, name, password, mustChange, groups }: UserAnswers, user?: User): Partial<UserWish> | null {
  const called = username.trim();
  if (called === "") return null;
  if (!user) return { username: called, name: name.trim(), groups: [...groups], ...(password !== "" && { password, must_change_password: mustChange }) };
  const changes = {
    ...(called !== user.username && { username: called }),
    ...(name.trim() !== user.name && { name: name.trim() }),
    ...(!same(groups, user.groups.map(({ id }) => id)) && { groups: [...groups] }),
  };
  return Object.keys(changes).length > 0 ? changes : null;
}
