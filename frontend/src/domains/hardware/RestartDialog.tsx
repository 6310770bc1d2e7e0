import { Radio } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { DomainDetail } from "../../api/types";
import { watchJob } from "../../jobs/watched";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { useToast } from "../../ui/toast";
import { restart } from "./queries";

/** Off and on again, so that what waits for the next start holds. */
export function RestartDialog({ domain, onClose }: { domain: DomainDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const polite = domain.actions.includes("shutdown");
  const [force, setForce] = useState(!polite);
  const begin = () => {
    // Not bound to this page: it goes on when somebody looks elsewhere. How it goes shows in the state and the jobs.
    restart(domain.id, force ? "destroy" : "shutdown").then(
      (job) => watchJob(job.id),
      (error: unknown) =>
        say({ variant: "danger", title: t("hardware.restart.failed", { name: domain.name }), body: asProblem(error).message }),
    );
    onClose();
  };
  return (
    <ConfirmDialog
      title={t("hardware.restart.title", { name: domain.name })}
      confirm={t("hardware.restart.button")}
      busy={false}
      error={null}
      onConfirm={begin}
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{t("hardware.restart.body")}</p>
        <div role="radiogroup" aria-label={t("hardware.restart.how")} className="ol-stack">
          <Radio
            id="restart-shutdown"
            name="restart"
            label={t("hardware.restart.shutdown")}
            isChecked={!force}
            isDisabled={!polite}
            onChange={() => setForce(false)}
          />
          <Radio
            id="restart-destroy"
            name="restart"
            label={t("hardware.restart.destroy")}
            description={t("hardware.restart.destroyLoses")}
            isChecked={force}
            isDisabled={!domain.actions.includes("destroy")}
            onChange={() => setForce(true)}
          />
        </div>
      </div>
    </ConfirmDialog>
  );
}
