import { Button } from "@patternfly/react-core";
import { CopyIcon, PencilAltIcon, TrashIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { deleting, useAccountChange } from "../queries";
import type { Role } from "../shapes";
import { RoleDialog } from "./RoleDialog";

export function RoleActions({ role, inRow = false }: { role: Role; inRow?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"edit" | "copy" | "delete" | null>(null);
  const request = useAccountChange(deleting("/roles/"));
  const may = (action: string) => role.actions.includes(action);
  const entries: MenuEntry[] = [
    ...(may("edit") && inRow ? [{ key: "edit", label: t("admin.roles.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit") }] : []),
    { key: "copy", label: t("admin.roles.copy"), icon: <CopyIcon />, run: () => setDialog("copy") },
    ...(may("delete") ? [{ key: "delete", label: t("admin.roles.delete"), icon: <TrashIcon />, danger: true, apart: true, run: () => setDialog("delete") }] : []),
  ];
  const close = () => {
    setDialog(null);
    request.reset();
  };
  return (
    <div className="ol-actions ol-end">
      {!inRow && may("edit") && (
        <Button variant="secondary" icon={<PencilAltIcon />} onClick={() => setDialog("edit")}>
          {t("admin.roles.edit")}
        </Button>
      )}
      {!inRow && role.built_in ? (
        <Button variant="secondary" icon={<CopyIcon />} onClick={() => setDialog("copy")}>
          {t("admin.roles.copy")}
        </Button>
      ) : (
        <Kebab label={t("domain.actionsOf", { name: role.name })} entries={entries} />
      )}
      {dialog === "edit" && <RoleDialog role={role} onClose={close} />}
      {dialog === "copy" && <RoleDialog copyOf={role} onClose={close} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={t("delete.title", { name: role.name })}
          confirm={t("admin.roles.delete")}
          busy={request.isPending}
          error={request.error}
          onConfirm={() =>
            request.mutate(role.id, {
              onSuccess: () => {
                close();
                if (!inRow) void navigate("/admin/roles");
              },
            })
          }
          onClose={close}
        >
          {t("admin.roles.lost")}
        </ConfirmDialog>
      )}
    </div>
  );
}
