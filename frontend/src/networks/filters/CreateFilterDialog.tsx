import { Form, FormGroup, Grid, GridItem, Radio } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import { useJobRequest } from "../../jobs/queries";
import { SelectField, TextField } from "../../ui/fields";
import { useComplaints } from "../../ui/useComplaints";
import { usePlan } from "../../ui/usePlan";
import { createFilter, planCreateFilter, useHostsToChoose } from "../queries";
import { XMLDialog } from "./XMLDialog";

const PRESET = "no-spoofing";
const BEGINNING = `<filter name='NAME' chain='root'>
  <!-- No mail to the outside but through the relay. -->
  <rule action='drop' direction='out' priority='500'>
    <tcp dstportstart='25'/>
  </rule>
</filter>
`;

/** A filter ready made, or by its document. */
export function CreateFilterDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const hosts = useHostsToChoose();
  const form = useForm({ defaultValues: { name: "", host: "" } });
  const { name = "", host: picked = "" } = useWatch({ control: form.control });
  const host = picked || (hosts.data?.length === 1 ? (hosts.data[0]?.id ?? "") : "");
  const [preset, setPreset] = useState(true);
  const [text, setText] = useState(BEGINNING);
  const named = name.trim();
  const wish = named && host ? { host, name: named, ...(preset ? { preset: PRESET } : { xml: text.replace("'NAME'", `'${named}'`) }) } : null;
  const request = useJobRequest(createFilter);
  const plan = usePlan(["filter"], request.isPending ? null : wish, planCreateFilter);
  const error = request.error ?? plan.error;
  useComplaints(form, error);
  return (
    <XMLDialog
      title={t("filter.create.title")}
      description={t("filter.create.body")}
      submit={t("filter.create.submit")}
      text={preset ? null : text}
      onText={setText}
      complaint={error ? asProblem(error).errors.xml?.join(" ") : undefined}
      plan={plan.plan}
      error={error}
      asked={wish !== null}
      busy={plan.busy}
      pending={request.isPending}
      disabled={wish === null || !plan.current || plan.plan?.allowed !== true}
      onSubmit={() => wish && request.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Form onSubmit={(event) => event.preventDefault()}>
        <Grid hasGutter>
          <GridItem sm={6}>
            <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
          </GridItem>
          <GridItem sm={6}>
            <SelectField
              form={form}
              name="host"
              label={t("host.one")}
              required
              options={[...((hosts.data?.length ?? 0) === 1 ? [] : [{ value: "", label: t("creation.chooseHost") }]), ...(hosts.data ?? []).map(({ id, name: called }) => ({ value: id, label: called }))]}
            />
          </GridItem>
        </Grid>
        <FormGroup role="radiogroup" label={t("filter.from")} isStack>
          <Radio id="filter-preset" name="filter-from" label={t("filter.preset.no-spoofing")} description={t("filter.presetBody.no-spoofing")} isChecked={preset} onChange={() => setPreset(true)} />
          <Radio id="filter-xml" name="filter-from" label={t("filter.byHand")} description={t("filter.byHandBody")} isChecked={!preset} onChange={() => setPreset(false)} />
        </FormGroup>
      </Form>
    </XMLDialog>
  );
}
