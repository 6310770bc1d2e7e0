import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import type { DomainDetail, Revision } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { planRollback, rollback } from "./queries";

/** Make an earlier version the definition again. It becomes a new version, so this can be taken back too. */
export function RollbackDialog({ domain, revision, onClose }: { domain: DomainDetail; revision: Revision; onClose: () => void }) {
  const { t } = useTranslation();
  const request = useJobRequest(() => rollback(domain.id, revision.number));
  const plan = usePlan([domain.id, "rollback"], request.isPending ? null : revision.number, (number) => planRollback(domain.id, number));
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-labelledby="rollback-title">
      <ModalHeader
        title={t("history.rollbackTitle", { name: domain.name, number: revision.number })}
        description={t("history.rollbackBody")}
        labelId="rollback-title"
      />
      <ModalBody>
        <PlanView plan={plan.plan} error={request.error ?? plan.error} busy={plan.busy} unfolded />
      </ModalBody>
      <ModalFooter>
        <Button
          variant="primary"
          isLoading={request.isPending}
          isDisabled={request.isPending || !plan.current || plan.plan?.allowed !== true}
          onClick={() => request.mutate(undefined, { onSuccess: onClose })}
        >
          {t("history.rollback")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
