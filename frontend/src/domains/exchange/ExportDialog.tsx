import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { Domain } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { SelectField, TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { Makes } from "../../ui/Makes";
import { PlanView } from "../../ui/PlanView";
import { useComplaints } from "../../ui/useComplaints";
import { usePlan } from "../../ui/usePlan";
import { usePoolsOf } from "../actions/copies";
import { exportDomain, planExport, type ExportWish } from "./queries";

/** Write a domain that is off as an appliance that others can take in. */
export function ExportDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { t } = useTranslation();
  const pools = usePoolsOf(domain.host.id);
  const form = useForm({ defaultValues: { pool: "", name: domain.name } });
  const values = useWatch({ control: form.control });
  const pool = values.pool || (pools.data?.length === 1 ? (pools.data[0]?.id ?? "") : "");
  const name = (values.name ?? "").trim();
  const wish: ExportWish | null = pool === "" || name === "" ? null : { pool, name };
  const request = useJobRequest((asked: ExportWish) => exportDomain(domain.id, asked));
  const { plan, error, busy, current } = usePlan(["export", domain.id], request.isPending ? null : wish, (asked) => planExport(domain.id, asked));
  const shown = useComplaints(form, request.error ?? error);
  return (
    <FormDialog
      title={t("exchange.export.title", { name: domain.name })}
      description={t("exchange.export.body")}
      submit={t("exchange.export.submit")}
      busy={request.isPending}
      disabled={wish === null || !current || plan?.allowed !== true}
      onSubmit={() => wish && request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      <SelectField
        form={form}
        name="pool"
        label={t("pool.one")}
        required
        options={[...(pools.data?.length === 1 ? [] : [{ value: "", label: t("storage.choosePool") }]), ...(pools.data ?? []).map(({ id, name: label }) => ({ value: id, label }))]}
      />
      <TextField form={form} name="name" label={t("name")} help={t("exchange.export.nameHelp")} required autoComplete="off" />
      {wish && <Makes changes={plan?.changes ?? []} />}
      {wish && <PlanView plan={plan && { ...plan, changes: [] }} error={request.error ?? error} shownFields={shown} busy={busy} />}
    </FormDialog>
  );
}
