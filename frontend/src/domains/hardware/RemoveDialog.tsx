import { useTranslation } from "react-i18next";

import type { DomainDetail } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { planRemoval, removeDevice } from "./queries";
import { useDeviceTitle } from "./titles";
import type { Device } from "./types";

/** Take a device out. What is on a disk stays where it is. */
export function RemoveDialog({ domain, device, onClose }: { domain: DomainDetail; device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const title = useDeviceTitle();
  const request = useJobRequest(() => removeDevice(domain.id, device));
  const plan = usePlan([domain.id, "remove-device"], request.isPending ? null : device, (wish) => planRemoval(domain.id, wish));
  return (
    <ConfirmDialog
      title={t("hardware.remove.title", { what: title(device), name: domain.name })}
      confirm={t("hardware.remove.button")}
      busy={request.isPending}
      disabled={plan.current && plan.plan?.allowed === false}
      error={request.error}
      onConfirm={() => request.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{t(device.kind === "disk" ? "hardware.remove.bodyDisk" : "hardware.remove.body")}</p>
        <PlanView plan={plan.plan} error={plan.error} busy={plan.busy} />
      </div>
    </ConfirmDialog>
  );
}
