import { PencilAltIcon, TrashIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { deleting, useAccountChange } from "../queries";
import type { Group } from "../shapes";
import { GroupDialog } from "./GroupDialog";

export function GroupActions({ group, inRow = false }: { group: Group; inRow?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const request = useAccountChange(deleting("/groups/"));
  const may = (action: string) => group.actions.includes(action);
  const entries: MenuEntry[] = [
    ...(may("edit") ? [{ key: "edit", label: t("admin.groups.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit") }] : []),
    ...(may("delete") ? [{ key: "delete", label: t("admin.groups.delete"), icon: <TrashIcon />, danger: true, run: () => setDialog("delete") }] : []),
  ];
  const close = () => {
    setDialog(null);
    request.reset();
  };
  return (
    <div className="ol-actions ol-end">
      <Kebab label={t("domain.actionsOf", { name: group.name })} entries={entries} />
      {dialog === "edit" && <GroupDialog group={group} onClose={close} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={t("delete.title", { name: group.name })}
          confirm={t("admin.groups.delete")}
          busy={request.isPending}
          error={request.error}
          onConfirm={() =>
            request.mutate(group.id, {
              onSuccess: () => {
                close();
                if (!inRow) void navigate("/admin/groups");
              },
            })
          }
          onClose={close}
        >
          {t("admin.groups.lost", { count: group.users.length })}
        </ConfirmDialog>
      )}
    </div>
  );
}
