import { Radio } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DomainDetail } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { planRemove, remove, type Removal } from "./queries";
import type { Row } from "./tree";

/** Give up a state: alone, its changes merged into what came after, or with all that hang on it. */
export function DeleteDialog({ domain, row, onClose }: { domain: DomainDetail; row: Row; onClose: () => void }) {
  const { t } = useTranslation();
  const { name } = row.snapshot;
  const [children, setChildren] = useState(false);
  const request = useJobRequest((asked: Removal) => remove(domain.id, asked));
  const plan = usePlan([domain.id, "snapshot-delete"], request.isPending ? null : { name, children }, (asked) => planRemove(domain.id, asked));
  return (
    <ConfirmDialog
      title={t("snapshot.delete.title", { name })}
      confirm={t("snapshot.delete.button")}
      busy={request.isPending}
      disabled={plan.current && plan.plan?.allowed === false}
      error={request.error}
      onConfirm={() => request.mutate({ name, children }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{t("snapshot.delete.body", { name, domain: domain.name })}</p>
        {row.descendants > 0 && (
          <div role="radiogroup" aria-label={t("snapshot.delete.which")} className="ol-stack">
            <Radio
              id="delete-one"
              name="delete-children"
              label={t("snapshot.delete.one")}
              isChecked={!children}
              onChange={() => setChildren(false)}
            />
            <Radio
              id="delete-children"
              name="delete-children"
              label={t("snapshot.delete.children", { count: row.descendants })}
              isChecked={children}
              onChange={() => setChildren(true)}
            />
          </div>
        )}
        <PlanView plan={plan.plan} error={plan.error} busy={plan.busy} />
      </div>
    </ConfirmDialog>
  );
}
