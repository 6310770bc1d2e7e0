import { useTranslation } from "react-i18next";

import { PermissionList } from "../../access/permissions/PermissionList";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Folded } from "../../ui/Folded";
import { useToast } from "../../ui/toast";
import { deleting, useAccountChange, useAllRoles } from "../queries";
import type { Grant } from "../shapes";

/** Names who loses what, and where. */
export function RemoveGrantDialog({ grant, onClose }: { grant: Grant; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const request = useAccountChange(deleting("/grants/"));
  const role = useAllRoles().data?.find(({ id }) => id === grant.role.id);
  const name = (grant.user ?? grant.group)?.name ?? "";
  const where = grant.object ? `${t(`kindInText.${grant.object.kind}`)} ${grant.object.name || grant.object.id}` : "";
  return (
    <ConfirmDialog
      title={t("admin.grants.removeTitle", { name, role: grant.role.name })}
      confirm={t("admin.grants.remove")}
      busy={request.isPending}
      error={request.error}
      onConfirm={() =>
        request.mutate(grant.id, {
          onSuccess: () => {
            onClose();
            say({ variant: "success", title: t("admin.grants.removed", { name, role: grant.role.name }) });
          },
        })
      }
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{where ? t(grant.user ? "admin.grants.lostOn" : "admin.grants.lostByGroupOn", { name, where }) : t(grant.user ? "admin.grants.lost" : "admin.grants.lostByGroup", { name })}</p>
        {role && (
          <Folded title={t("admin.grants.whatIsLost")} summary={t("permissions.count", { count: role.permissions.length })}>
            <PermissionList permissions={role.permissions} />
          </Folded>
        )}
      </div>
    </ConfirmDialog>
  );
}
