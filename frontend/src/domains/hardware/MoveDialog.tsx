import { Checkbox } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { DomainDetail } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { SelectField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { bytes } from "../../ui/format";
import { PlanView } from "../../ui/PlanView";
import { useComplaints } from "../../ui/useComplaints";
import { usePlan } from "../../ui/usePlan";
import { moveDisk, planMove, usePools } from "./queries";
import { useDeviceTitle } from "./titles";
import type { Device } from "./types";

const FORMATS = ["qcow2", "raw"] as const;

/** A disk into another pool, while its guest goes on. */
export function MoveDialog({ domain, device, onClose }: { domain: DomainDetail; device: Device; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const title = useDeviceTitle();
  const here = (device.volume as { pool?: { id: string } } | null)?.pool?.id;
  const pools = usePools(domain.host.id);
  const others = (pools.data ?? []).filter(({ id }) => id !== here);
  const form = useForm({ defaultValues: { pool: "", format: "", delete_source: true } });
  const values = useWatch({ control: form.control });
  const pool = values.pool || (others.length === 1 ? (others[0]?.id ?? "") : "");
  const wish = { pool, ...(values.format && { format: values.format }), ...(!values.delete_source && { delete_source: false }) };
  const target = String(device.target);
  const request = useJobRequest((asked: typeof wish) => moveDisk(domain.id, target, asked));
  const plan = usePlan([domain.id, "move", target], pool === "" || request.isPending ? null : wish, (asked) => planMove(domain.id, target, asked));
  const error = request.error ?? plan.error;
  const shown = useComplaints(form, error);
  const free = (each: { name: string; available_bytes: number }) => t("hardware.disk.poolFree", { name: each.name, free: bytes(each.available_bytes, i18n.language) });
  return (
    <FormDialog
      title={t("hardware.move.title", { what: title(device), name: domain.name })}
      description={t("hardware.move.body")}
      submit={t("hardware.move.submit")}
      busy={request.isPending}
      disabled={!plan.current || plan.plan?.allowed !== true}
      onSubmit={() => request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      <SelectField
        form={form}
        name="pool"
        label={t("pool.one")}
        required
        options={[
          ...(others.length === 1 ? [] : [{ value: "", label: t(pools.data && others.length === 0 ? "hardware.move.noPool" : "schedule.choosePool") }]),
          ...others.map((each) => ({ value: others.length === 1 ? "" : each.id, label: free(each) })),
        ]}
      />
      <SelectField form={form} name="format" label={t("volume.format")} options={[{ value: "", label: t("hardware.move.sameFormat") }, ...FORMATS.map((format) => ({ value: format, label: format }))]} />
      <Checkbox
        id="move-delete"
        label={t("hardware.move.delete")}
        description={t("hardware.move.deleteHelp")}
        isChecked={values.delete_source}
        onChange={(_event, wanted) => form.setValue("delete_source", wanted)}
      />
      {pool !== "" && <PlanView plan={plan.plan} error={error} shownFields={shown} busy={plan.busy} />}
    </FormDialog>
  );
}
