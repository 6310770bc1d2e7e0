import { useTranslation } from "react-i18next";

import type { Permission } from "../../api/types";
import { byKind } from "./catalogue";
import { PermissionWords } from "./PermissionTree";

/** Permissions to read: what they are about, and below it what they allow. */
export function PermissionList({ permissions }: { permissions: readonly Permission[] }) {
  const { t } = useTranslation();
  if (permissions.length === 0) return <p className="ol-quiet">{t("permissions.none")}</p>;
  return (
    <dl className="ol-permission-list">
      {[...byKind(permissions)].map(([kind, of]) => (
        <div key={kind}>
          <dt className="ol-plan-title">{t(`permissionKind.${kind}`, { defaultValue: kind })}</dt>
          {of.map((each) => (
            <dd key={each}>
              <PermissionWords permission={each} />
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
