import { Button, Popover } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import type { Token } from "../../api/types";
import { PermissionList } from "./PermissionList";

/** All that its owner may do, or how many permissions, named on demand. */
export function ScopeOf({ permissions, all = "token.all" }: { permissions: Token["permissions"]; all?: string }) {
  const { t } = useTranslation();
  if (permissions === null) return <>{t(all)}</>;
  return (
    <Popover aria-label={t("token.permissions")} headerContent={t("token.permissions")} bodyContent={<PermissionList permissions={permissions} />} maxWidth="32rem">
      <Button variant="link" isInline>
        {t("permissions.count", { count: permissions.length })}
      </Button>
    </Popover>
  );
}
