import { Fragment } from "react";
import { Link } from "react-router";

import { objectPath } from "../../ui/objectPath";
import type { User } from "../shapes";

const MOST = 3;

/** Who stands on it, each the way there; those that have no page or no name here in the server's words. */
export function Users({ users, words }: { users: readonly User[]; words: string }) {
  if (words === "") return <>–</>;
  if (users.length === 0 || users.length > MOST) return <>{words}</>;
  const linked = users.map((user) => ({ user, path: objectPath(user) }));
  // An unnamed user is only in the words.
  if (linked.some(({ user }) => !words.includes(user.name)) || linked.every(({ path }) => path === null)) return <>{words}</>;
  return (
    <span title={words}>
      {linked.map(({ user, path }, at) => (
        <Fragment key={user.id}>
          {at > 0 && ", "}
          {path ? <Link to={path}>{user.name}</Link> : user.name}
        </Fragment>
      ))}
    </span>
  );
}
