import { Switch } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DomainDetail, Snapshot } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { PlanView } from "../../ui/PlanView";
import { useAgo } from "../../ui/Values";
import { usePlan } from "../../ui/usePlan";
import { planRevert, revert, type Revert } from "./queries";

/** Back to how it was: says what that loses, and what it will be afterwards. */
export function RevertDialog({ domain, snapshot, onClose }: { domain: DomainDetail; snapshot: Snapshot; onClose: () => void }) {
  const { t } = useTranslation();
  const taken = useAgo(snapshot.taken_at);
  const [start, setStart] = useState(false);
  const [force, setForce] = useState(false);
  const wish: Revert = { name: snapshot.name, start: start && !snapshot.memory, force };
  const request = useJobRequest((asked: Revert) => revert(domain.id, asked));
  const plan = usePlan([domain.id, "revert"], request.isPending ? null : wish, (asked) => planRevert(domain.id, asked));
  const stuck = plan.plan?.allowed === false || request.isError;
  return (
    <ConfirmDialog
      title={t("snapshot.revert.title", { name: domain.name, snapshot: snapshot.name })}
      confirm={t("snapshot.revert.button")}
      busy={request.isPending}
      disabled={plan.current && plan.plan?.allowed === false}
      error={request.error}
      onConfirm={() => request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{t(snapshot.memory ? "snapshot.revert.bodyMemory" : "snapshot.revert.body", { name: domain.name, taken })}</p>
        {!snapshot.memory && (
          <Switch id="revert-start" label={t("snapshot.revert.start")} isChecked={start} onChange={(_event, wanted) => setStart(wanted)} />
        )}
        {(stuck || force) && (
          <Switch id="revert-force" label={t("snapshot.revert.force")} isChecked={force} onChange={(_event, wanted) => setForce(wanted)} />
        )}
        <PlanView plan={plan.plan} error={plan.error} busy={plan.busy} />
      </div>
    </ConfirmDialog>
  );
}
