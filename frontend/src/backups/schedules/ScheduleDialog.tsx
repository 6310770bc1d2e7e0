import { Checkbox, Grid, GridItem } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField, TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { bytes } from "../../ui/format";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import { useBackupPools, useDomainsToChoose, useScheduleChange } from "../queries";
import type { Schedule } from "../shapes";
import { DomainsChoice } from "./DomainsChoice";
import { AT_NIGHT, formOf, ownZone, ruleOf } from "./rule";
import { RuleChooser } from "./RuleChooser";

/** What is done again and again: to which machines, when, and how much of it is kept. */
export function ScheduleDialog({ schedule, onClose }: { schedule?: Schedule; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const pools = useBackupPools();
  const domains = useDomainsToChoose();
  const form = useForm({
    defaultValues: {
      name: schedule?.name ?? "",
      kind: schedule?.kind ?? "backup",
      tag: schedule?.tag ?? "",
      pool: schedule?.pool?.id ?? "",
      full_every: String(schedule?.full_every ?? 7),
      keep: String(schedule?.keep ?? 14),
      // Where complaints about these stand: they have fields of their own.
      domains: "",
      rule: "",
      zone: "",
    },
  });
  const values = useWatch({ control: form.control });
  const [rule, setRule] = useState(schedule ? formOf(schedule.rule) : AT_NIGHT);
  const [zone, setZone] = useState(schedule?.zone ?? ownZone());
  const [chosen, setChosen] = useState<readonly string[]>(schedule?.domains.map(({ id }) => id) ?? []);
  const [memory, setMemory] = useState(schedule?.options.memory ?? false);
  const request = useScheduleChange();
  const shown = useComplaints(form, request.error);
  const backup = values.kind === "backup";
  const tag = values.tag?.trim() ?? "";
  const pool = values.pool || (pools.data?.length === 1 ? (pools.data[0]?.id ?? "") : "");
  const wish = {
    name: values.name?.trim() ?? "",
    ...(!schedule && { kind: values.kind }),
    rule: ruleOf(rule),
    zone,
    domains: [...chosen],
    tag,
    keep: Number(values.keep),
    ...(backup ? { pool: pool || null, full_every: Number(values.full_every) } : { options: { memory } }),
  };
  const enough = wish.name !== "" && (chosen.length > 0 || tag !== "") && (!backup || pool !== "") && wish.keep > 0;
  const { errors } = form.formState;
  return (
    <FormDialog
      title={schedule ? t("schedule.edit.title", { name: schedule.name }) : t("schedule.create.title")}
      description={t("schedule.create.body")}
      submit={t(schedule ? "save" : "schedule.create.submit")}
      busy={request.isPending}
      disabled={!enough}
      onSubmit={() => request.mutate({ id: schedule?.id ?? null, wish }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
      {!schedule && (
        <SelectField form={form} name="kind" label={t("schedule.what")} options={(["backup", "snapshot"] as const).map((kind) => ({ value: kind, label: t(`schedule.kind.${kind}`) }))} />
      )}
      <RuleChooser rule={rule} zone={zone} onRule={setRule} onZone={setZone} />
      {(errors.rule ?? errors.zone) && <p className="ol-complaint">{errors.rule?.message ?? errors.zone?.message}</p>}
      <DomainsChoice domains={domains.data} chosen={chosen} onChange={setChosen} complaint={errors.domains?.message} />
      <TextField form={form} name="tag" label={t("schedule.tag")} help={t("schedule.tagHelp")} autoComplete="off" />
      {backup && (
        <SelectField
          form={form}
          name="pool"
          label={t("backup.take.pool")}
          help={t("schedule.poolHelp")}
          required
          options={[
            { value: "", label: pools.data?.length === 1 ? (pools.data[0]?.name ?? "") : t("schedule.choosePool") },
            ...(pools.data?.length === 1 ? [] : (pools.data ?? [])).map((each) => ({
              value: each.id,
              label: `${t("hardware.disk.poolFree", { name: each.name, free: bytes(each.available_bytes, i18n.language) })} · ${each.host.name}`,
            })),
          ]}
        />
      )}
      {!backup && <Checkbox id="schedule-memory" label={t("schedule.memory")} isChecked={memory} onChange={(_event, wanted) => setMemory(wanted)} />}
      <Grid hasGutter>
        <GridItem sm={6}>
          <TextField form={form} name="keep" label={t("schedule.keep")} help={t(backup ? "schedule.keepHelp" : "schedule.keepHelpSnapshots")} type="number" />
        </GridItem>
        {backup && (
          <GridItem sm={6}>
            <TextField form={form} name="full_every" label={t("schedule.fullEvery")} help={t("schedule.fullEveryHelp")} type="number" />
          </GridItem>
        )}
      </Grid>
      <ProblemAlert error={request.error} shownFields={shown} />
    </FormDialog>
  );
}
