import { BanIcon, CheckCircleIcon, KeyIcon, MobileAltIcon, PencilAltIcon, SignOutAltIcon, TrashIcon, UnlockIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMe } from "../../access/queries";
import { api } from "../../api/client";
import { asProblem } from "../../api/problem";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { useToast } from "../../ui/toast";
import { deleting, useAccountChange } from "../queries";
import type { User } from "../shapes";
import { PasswordDialog } from "./PasswordDialog";
import { UserDialog } from "./UserDialog";

// What asks first, because somebody loses something by it.
const ASKED = {
  deactivate: { send: (id: string) => api.patch(`/users/${id}/`, { active: false }), danger: false },
  endSessions: { send: (id: string) => api.post(`/users/${id}/end-sessions/`), danger: false },
  resetSecondFactor: { send: (id: string) => api.post(`/users/${id}/reset-second-factor/`), danger: false },
  delete: { send: deleting("/users/"), danger: true },
} as const;
type Asked = keyof typeof ASKED;

// What an outside directory keeps is changed there.
const HERE = "local";

/** What can be done with one user. */
export function UserActions({ user, inRow = false }: { user: User; inRow?: boolean }) {
  const { t } = useTranslation();
  const say = useToast();
  const [dialog, setDialog] = useState<"edit" | "password" | Asked | null>(null);
  const oneself = useMe().data?.id === user.id;
  const may = (action: string) => user.actions.includes(action);
  const name = user.username;
  const lift = useAccountChange((what: "activate" | "unlock") => (what === "unlock" ? api.post(`/users/${user.id}/unlock/`) : api.patch(`/users/${user.id}/`, { active: true })));
  const run = (what: "activate" | "unlock") =>
    lift.mutate(what, {
      onSuccess: () => say({ variant: "success", title: t(`admin.users.did.${what}`, { name }) }),
      onError: (error) => say({ variant: "danger", title: t("domain.refused", { what: t(`admin.users.action.${what}`), name }), body: asProblem(error).message }),
    });
  const entries: MenuEntry[] = may("edit")
    ? [
        { key: "edit", label: t("admin.users.action.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit") },
        ...(user.source === HERE ? [{ key: "password", label: t("admin.users.setPassword"), icon: <KeyIcon />, run: () => setDialog("password") }] : []),
        ...(user.locked ? [{ key: "unlock", label: t("admin.users.action.unlock"), icon: <UnlockIcon />, run: () => run("unlock") }] : []),
        { key: "end", label: t("admin.users.action.endSessions"), icon: <SignOutAltIcon />, apart: true, run: () => setDialog("endSessions") },
        ...(user.second_factor ? [{ key: "factor", label: t("admin.users.action.resetSecondFactor"), icon: <MobileAltIcon />, run: () => setDialog("resetSecondFactor") }] : []),
        ...(!user.active
          ? [{ key: "activate", label: t("admin.users.action.activate"), icon: <CheckCircleIcon />, apart: true, run: () => run("activate") }]
          : oneself
            ? []
            : [{ key: "deactivate", label: t("admin.users.action.deactivate"), icon: <BanIcon />, apart: true, run: () => setDialog("deactivate") }]),
      ]
    : [];
  if (may("delete")) entries.push({ key: "delete", label: t("admin.users.action.delete"), icon: <TrashIcon />, danger: true, run: () => setDialog("delete") });
  const close = () => setDialog(null);
  return (
    <div className="ol-actions ol-end">
      <Kebab label={t("domain.actionsOf", { name })} entries={entries} />
      {dialog === "edit" && <UserDialog user={user} onClose={close} />}
      {dialog === "password" && <PasswordDialog user={user} onClose={close} />}
      {dialog !== null && dialog in ASKED && <AskedDialog user={user} what={dialog as Asked} inRow={inRow} onClose={close} />}
    </div>
  );
}

function AskedDialog({ user, what, inRow, onClose }: { user: User; what: Asked; inRow: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const navigate = useNavigate();
  const request = useAccountChange(ASKED[what].send);
  const name = user.username;
  return (
    <ConfirmDialog
      title={t(`admin.users.ask.${what}.title`, { name })}
      confirm={t(`admin.users.action.${what}`)}
      busy={request.isPending}
      error={request.error}
      onConfirm={() =>
        request.mutate(user.id, {
          onSuccess: () => {
            onClose();
            say({ variant: "success", title: t(`admin.users.did.${what}`, { name }) });
            if (what === "delete" && !inRow) void navigate("/admin/users");
          },
        })
      }
      onClose={onClose}
    >
      {t(`admin.users.ask.${what}.body`, { name })}
    </ConfirmDialog>
  );
}
