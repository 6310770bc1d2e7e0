import { Checkbox, Grid, GridItem } from "@patternfly/react-core";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { Domain } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { SelectField, TextField } from "../../ui/fields";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { Makes } from "../../ui/Makes";
import { clone, planClone, useCloneHosts, usePoolsOf, type CloneWish } from "./copies";
import { FormDialog } from "../../ui/FormDialog";
import { useComplaints } from "../../ui/useComplaints";

/** A copy of a domain with disks of its own, or with layers over this one's. */
export function CloneDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { name: `${domain.name}-clone`, linked: false, host: domain.host.id, pool: "" } });
  const values = useWatch({ control: form.control }) as { name: string; linked: boolean; host: string; pool: string };
  const hosts = useCloneHosts(domain);
  const pools = usePoolsOf(values.host);
  const request = useJobRequest((wish: CloneWish) => clone(domain.id, wish));
  const wish: CloneWish = {
    name: values.name.trim(),
    ...(values.linked && { linked: true }),
    ...(values.host !== domain.host.id && { host: values.host }),
    ...(values.pool !== "" && { pool: values.pool }),
  };
  const { plan, error, busy, current } = usePlan(["clone", domain.id], wish.name !== "" && !request.isPending ? wish : null, (wanted) => planClone(domain.id, wanted));
  const shown = useComplaints(form, request.error ?? error);
  return (
    <FormDialog
      title={t("clone.title", { name: domain.name })}
      description={t("clone.body")}
      submit={t("clone.submit")}
      busy={request.isPending}
      disabled={!current || plan?.allowed !== true}
      onSubmit={() => request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
      <Checkbox
        id="clone-linked"
        label={t("clone.linked")}
        description={t("clone.linkedBody", { name: domain.name })}
        isChecked={values.linked}
        onChange={(_event, linked) => {
          form.setValue("linked", linked);
          if (linked) form.setValue("host", domain.host.id);
        }}
      />
      <Grid hasGutter>
        {!values.linked && (hosts.data?.length ?? 0) > 1 && (
          <GridItem sm={6}>
            <SelectField
              form={form}
              name="host"
              label={t("host.one")}
              options={(hosts.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              onPicked={() => form.setValue("pool", "")}
            />
          </GridItem>
        )}
        <GridItem sm={6}>
          <SelectField
            form={form}
            name="pool"
            label={t("pool.one")}
            options={[{ value: "", label: t("clone.samePool") }, ...(pools.data ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
          />
        </GridItem>
      </Grid>
      {wish.name !== "" && <Makes changes={plan?.changes ?? []} />}
      {wish.name !== "" && <PlanView plan={plan && { ...plan, changes: [] }} error={request.error ?? error} shownFields={shown} busy={busy} />}
    </FormDialog>
  );
}
