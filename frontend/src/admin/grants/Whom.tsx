import { Icon } from "@patternfly/react-core";
import { UserIcon, UsersIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../access/queries";
import type { Reference } from "../../api/types";

/** A user or a group, told apart by picture and word. */
export function Whom({ user, group }: { user: Reference | null; group: Reference | null }) {
  const { t } = useTranslation();
  const mayOpen = useMay("user.manage");
  const whom = user ?? group;
  if (!whom) return <>–</>;
  const kind = user ? "user" : "group";
  const Picture = user ? UserIcon : UsersIcon;
  return (
    <span className="ol-state">
      <Icon title={t(`kind.${kind}`)}>
        <Picture aria-label={t(`kind.${kind}`)} />
      </Icon>
      {mayOpen ? <Link to={`/admin/${kind}s/${whom.id}`}>{whom.name}</Link> : whom.name}
    </span>
  );
}
