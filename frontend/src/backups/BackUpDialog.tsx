import { Checkbox, FormGroup, Radio } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { DomainDetail } from "../api/types";
import { useJobRequest } from "../jobs/queries";
import { SelectField } from "../ui/fields";
import { Folded } from "../ui/Folded";
import { FormDialog } from "../ui/FormDialog";
import { bytes } from "../ui/format";
import { Makes } from "../ui/Makes";
import { PlanView } from "../ui/PlanView";
import { useComplaints } from "../ui/useComplaints";
import { usePlan } from "../ui/usePlan";
import { backUp, planBackUp, useBackupPools, useBackups } from "./queries";

type Quiesce = "auto" | "yes" | "no";
const QUIESCE: readonly Quiesce[] = ["auto", "yes", "no"];
const ACTIVE = ["running", "blocked", "paused"];

/** Keep the disks as they are now in another pool; the machine goes on meanwhile. */
export function BackUpDialog({ domain, onClose }: { domain: DomainDetail; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const pools = useBackupPools(domain.host.id);
  const last = useBackups({ limit: 1, ordering: "-created_at" }, domain.id).data?.results[0];
  const form = useForm({ defaultValues: { pool: "" } });
  const { pool: picked = "" } = useWatch({ control: form.control });
  const usual = pools.data?.find(({ id }) => id === last?.pool.id) ?? [...(pools.data ?? [])].sort((one, other) => other.available_bytes - one.available_bytes)[0];
  const pool = picked || (usual?.id ?? "");
  const [full, setFull] = useState(false);
  const [quiesce, setQuiesce] = useState<Quiesce>("auto");
  const active = ACTIVE.includes(domain.state);
  const wish = { pool, ...(full && { full }), ...(quiesce !== "auto" && { quiesce: quiesce === "yes" }) };
  const request = useJobRequest((wanted: typeof wish) => backUp(domain.id, wanted));
  const plan = usePlan([domain.id, "backup"], pool === "" || request.isPending ? null : wish, (wanted) => planBackUp(domain.id, wanted));
  const error = request.error ?? plan.error;
  const shown = useComplaints(form, error);
  return (
    <FormDialog
      title={t("backup.take.title", { name: domain.name })}
      description={t(active ? "backup.take.body" : "backup.take.bodyOff")}
      submit={t("backup.take.button")}
      busy={request.isPending}
      disabled={!plan.current || plan.plan?.allowed !== true}
      onSubmit={() => request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      <SelectField
        form={form}
        name="pool"
        label={t("backup.take.pool")}
        help={t("backup.take.poolHelp")}
        required
        options={
          pools.data?.length === 0
            ? [{ value: "", label: t("hardware.disk.noPools") }]
            : [
                ...(usual ? [{ value: "", label: t("hardware.disk.poolFree", { name: usual.name, free: bytes(usual.available_bytes, i18n.language) }) }] : []),
                ...(pools.data ?? [])
                  .filter(({ id }) => id !== usual?.id)
                  .map((each) => ({ value: each.id, label: t("hardware.disk.poolFree", { name: each.name, free: bytes(each.available_bytes, i18n.language) }) })),
              ]
        }
      />
      <Checkbox id="backup-full" label={t("backup.take.full")} description={t("backup.take.fullHelp")} isChecked={full} onChange={(_event, wanted) => setFull(wanted)} />
      {active && (
        <Folded title={t("backup.take.agent")} summary={t(`backup.quiesce.${quiesce}`)}>
          <FormGroup role="radiogroup" label={t("backup.take.agentHelp")} isStack>
            {QUIESCE.map((each) => (
              <Radio key={each} id={`quiesce-${each}`} name="quiesce" label={t(`backup.quiesce.${each}`)} isChecked={quiesce === each} onChange={() => setQuiesce(each)} />
            ))}
          </FormGroup>
        </Folded>
      )}
      {pool !== "" && <Makes changes={(plan.plan?.changes ?? []).map((change) => ({ ...change, path: change.path.replace(/^backup:/, "") }))} />}
      {pool !== "" && <PlanView plan={plan.plan && { ...plan.plan, changes: [] }} error={error} shownFields={shown} busy={plan.busy} />}
    </FormDialog>
  );
}
