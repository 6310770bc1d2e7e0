import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { Domain } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { TextField } from "../../ui/fields";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { planRename, rename } from "./copies";
import { FormDialog } from "../../ui/FormDialog";
import { useComplaints } from "../../ui/useComplaints";

/** Another name for a domain that is off. */
export function RenameDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { name: domain.name } });
  const name = useWatch({ control: form.control, name: "name" }).trim();
  const changed = name !== "" && name !== domain.name;
  const request = useJobRequest((wanted: string) => rename(domain.id, wanted));
  const { plan, error, busy, current } = usePlan(["rename", domain.id], changed && !request.isPending ? name : null, (wanted) => planRename(domain.id, wanted));
  const shown = useComplaints(form, request.error ?? error);
  return (
    <FormDialog
      title={t("rename.title", { name: domain.name })}
      submit={t("rename.submit")}
      busy={request.isPending}
      disabled={!changed || !current || plan?.allowed !== true}
      onSubmit={() => request.mutate(name, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("rename.name")} required autoFocus autoComplete="off" />
      {changed && <PlanView plan={plan} error={request.error ?? error} shownFields={shown} busy={busy} />}
    </FormDialog>
  );
}
