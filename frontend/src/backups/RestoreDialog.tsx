import { Switch } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { useJobRequest } from "../jobs/queries";
import { SelectField, TextField } from "../ui/fields";
import { FormDialog } from "../ui/FormDialog";
import { bytes } from "../ui/format";
import { Makes } from "../ui/Makes";
import { PlanView } from "../ui/PlanView";
import { useComplaints } from "../ui/useComplaints";
import { usePlan } from "../ui/usePlan";
import { useAgo } from "../ui/Values";
import { planRestore, restore, useBackupPools } from "./queries";
import type { Backup } from "./shapes";

/** A new machine as the old one was then; the old one stays as it is. */
export function RestoreDialog({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const taken = useAgo(backup.created_at);
  const pools = useBackupPools(backup.host.id);
  const form = useForm({ defaultValues: { name: backup.domain_there ? `${backup.domain.name}-restored` : backup.domain.name, pool: "" } });
  const { name = "", pool = "" } = useWatch({ control: form.control });
  const [start, setStart] = useState(false);
  const wish = { name: name.trim(), ...(pool && { pool }), ...(start && { start }) };
  const request = useJobRequest((wanted: typeof wish) => restore(backup.id, wanted));
  const plan = usePlan([backup.id, "restore"], wish.name === "" || request.isPending ? null : wish, (wanted) => planRestore(backup.id, wanted));
  const error = request.error ?? plan.error;
  const shown = useComplaints(form, error);
  return (
    <FormDialog
      title={t("backup.restore.title", { name: backup.domain.name })}
      description={t("backup.restore.body", { taken, host: backup.host.name })}
      submit={t("backup.restore.button")}
      busy={request.isPending}
      disabled={!plan.current || plan.plan?.allowed !== true}
      onSubmit={() => request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("backup.restore.name")} required autoFocus autoComplete="off" />
      <SelectField
        form={form}
        name="pool"
        label={t("backup.restore.pool")}
        options={[
          { value: "", label: t("backup.restore.samePool") },
          ...(pools.data ?? []).map((each) => ({ value: each.id, label: t("hardware.disk.poolFree", { name: each.name, free: bytes(each.available_bytes, i18n.language) }) })),
        ]}
      />
      <Switch id="restore-start" label={t("snapshot.revert.start")} isChecked={start} onChange={(_event, wanted) => setStart(wanted)} />
      {wish.name !== "" && <Makes changes={plan.plan?.changes ?? []} />}
      {wish.name !== "" && <PlanView plan={plan.plan && { ...plan.plan, changes: [] }} error={error} shownFields={shown} busy={plan.busy} />}
    </FormDialog>
  );
}
