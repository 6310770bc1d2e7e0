import { Button, Radio } from "@patternfly/react-core";
import { CheckIcon, TrashIcon, UndoIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../api/problem";
import { useJobRequest } from "../jobs/queries";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Kebab } from "../ui/Menu";
import { PlanView } from "../ui/PlanView";
import { useToast } from "../ui/toast";
import { usePlan } from "../ui/usePlan";
import { useAgo } from "../ui/Values";
import { planRemove, remove, verify, type Removal } from "./queries";
import { RestoreDialog } from "./RestoreDialog";
import type { Backup } from "./shapes";

/** What can be done with one restore point. */
export function BackupActions({ backup }: { backup: Backup }) {
  const { t } = useTranslation();
  const say = useToast();
  const [dialog, setDialog] = useState<"restore" | "delete" | null>(null);
  const checking = useJobRequest(verify);
  const may = (action: string) => backup.actions.includes(action);
  const { name } = backup.domain;
  const close = () => setDialog(null);
  return (
    <div className="ol-actions ol-end">
      {may("restore") && (
        <Button
          variant="secondary"
          size="sm"
          className="ol-wide-only"
          icon={<UndoIcon />}
          aria-label={t("domain.actionOn", { what: t("backup.restore.button"), name })}
          onClick={() => setDialog("restore")}
        >
          {t("backup.restore.button")}
        </Button>
      )}
      <Kebab
        label={t("domain.actionsOf", { name })}
        entries={[
          ...(may("restore") ? [{ key: "restore", label: t("backup.restore.button"), icon: <UndoIcon />, run: () => setDialog("restore" as const) }] : []),
          ...(may("verify")
            ? [
                {
                  key: "verify",
                  label: t("backup.verify.button"),
                  description: t("backup.verify.body"),
                  icon: <CheckIcon />,
                  disabled: checking.isPending,
                  run: () =>
                    checking.mutate(backup.id, {
                      onError: (error) => say({ variant: "danger", title: t("domain.refused", { what: t("backup.verify.button"), name }), body: asProblem(error).message }),
                    }),
                },
              ]
            : []),
          ...(may("delete") ? [{ key: "delete", label: t("snapshot.delete.button"), icon: <TrashIcon />, danger: true, apart: true, run: () => setDialog("delete" as const) }] : []),
        ]}
      />
      {dialog === "restore" && <RestoreDialog backup={backup} onClose={close} />}
      {dialog === "delete" && <DeleteDialog backup={backup} onClose={close} />}
    </div>
  );
}

/** Give up a restore point; those that stand on it go with it or stand in the way. */
function DeleteDialog({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const { t } = useTranslation();
  const taken = useAgo(backup.created_at);
  const [children, setChildren] = useState(false);
  const request = useJobRequest(remove);
  const wish: Removal = { id: backup.id, children };
  const plan = usePlan([backup.id, "delete"], request.isPending ? null : wish, planRemove);
  return (
    <ConfirmDialog
      title={t("backup.delete.title", { name: backup.domain.name })}
      confirm={t("snapshot.delete.button")}
      busy={request.isPending}
      disabled={plan.current && (plan.error !== null || plan.plan?.allowed === false)}
      error={request.error}
      onConfirm={() => request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{t("backup.delete.body", { name: backup.domain.name, taken })}</p>
        {backup.children > 0 && (
          <div role="radiogroup" aria-label={t("snapshot.delete.which")} className="ol-stack">
            <Radio id="delete-backup" name="delete-backups" label={t("backup.delete.one")} isChecked={!children} onChange={() => setChildren(false)} />
            <Radio id="delete-backups" name="delete-backups" label={t("backup.delete.children")} isChecked={children} onChange={() => setChildren(true)} />
          </div>
        )}
        <PlanView plan={plan.plan} error={plan.error} busy={plan.busy} />
      </div>
    </ConfirmDialog>
  );
}
