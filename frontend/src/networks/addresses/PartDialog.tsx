import type { ReactNode } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { useJobRequest } from "../../jobs/queries";
import { FormDialog } from "../../ui/FormDialog";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { useFieldErrors } from "../form/complaints";
import type { NetworkForm } from "../form/form";
import { edit, planEdit } from "../queries";
import type { NetworkDetail } from "../shapes";

interface PartDialogProps {
  network: NetworkDetail;
  title: string;
  description?: string;
  form: UseFormReturn<NetworkForm>;
  wish: Record<string, unknown>;
  children: ReactNode;
  onClose: () => void;
}

/** One part of a network to change; the plan says whether it holds at once or from the next start on. */
export function PartDialog({ network, title, description, form, wish, children, onClose }: PartDialogProps) {
  const { t } = useTranslation();
  const changed = Object.keys(wish).length > 0;
  const request = useJobRequest((wanted: Record<string, unknown>) => edit(network.id, wanted));
  const plan = usePlan([network.id, "edit"], changed && !request.isPending ? wish : null, (wanted) => planEdit(network.id, wanted));
  const error = request.error ?? plan.error;
  const { shown, rest } = useFieldErrors(form, error, plan.plan);
  return (
    <FormDialog
      title={title}
      description={description}
      submit={t("save")}
      busy={request.isPending}
      disabled={!changed || (plan.current && (plan.error !== null || plan.plan?.allowed === false))}
      onSubmit={() => request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      {children}
      {changed && <PlanView plan={rest} error={error} shownFields={shown} busy={plan.busy} />}
    </FormDialog>
  );
}
