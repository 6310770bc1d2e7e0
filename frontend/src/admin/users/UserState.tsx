import { Label } from "@patternfly/react-core";
import { BanIcon, CheckCircleIcon, LockIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { StateLabel } from "../../ui/StateLabel";
import type { User } from "../shapes";

/** Whether somebody can sign in, and what is in the way. */
export function UserState({ user }: { user: User }) {
  const { t } = useTranslation();
  return (
    <span className="ol-status">
      {user.active ? (
        <StateLabel icon={CheckCircleIcon} tone="success">
          {t("admin.users.state.active")}
        </StateLabel>
      ) : (
        <StateLabel icon={BanIcon}>{t("admin.users.state.inactive")}</StateLabel>
      )}
      {user.locked && (
        <Label isCompact color="orange" icon={<LockIcon />}>
          {t("admin.users.state.locked")}
        </Label>
      )}
      {user.must_change_password && <Label isCompact>{t("admin.users.state.mustChange")}</Label>}
    </span>
  );
}
