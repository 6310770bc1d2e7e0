import { Alert, Button, Card, CardBody, CardFooter, CardHeader, CardTitle, Form, Grid, GridItem, Switch } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { components } from "../../api/schema";
import { JobProgress } from "../../jobs/JobProgress";
import { isOpen, jobQuery, useJobRequest } from "../../jobs/queries";
import { CodeToCopy } from "../../ui/CodeToCopy";
import { curlOf } from "../../ui/curl";
import { Facts } from "../../ui/Facts";
import { SelectField, TextField } from "../../ui/fields";
import { Makes } from "../../ui/Makes";
import { PlanView } from "../../ui/PlanView";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import { usePlan } from "../../ui/usePlan";
import { Bytes } from "../../ui/Values";
import { usePoolsOf } from "../actions/copies";
import { importDomain, lookInside, planImport, useNetworksOf, type ImportWish, type Inside } from "./queries";

const POLL_MS = 1_000;

interface ImportFormProps {
  volume: components["schemas"]["Volume"];
  onJob: (id: string) => void;
}

/** First a look inside, then the few questions that it leaves open, and beside them what would come of it. */
export function ImportForm({ volume, onJob }: ImportFormProps) {
  const { t } = useTranslation();
  const look = useJobRequest(lookInside);
  const id = look.data?.id ?? "";
  const query = useQuery({ ...jobQuery(id), enabled: id !== "", refetchInterval: ({ state }) => (state.data && !isOpen(state.data) ? false : POLL_MS) });
  const job = query.data;
  const inside = job?.state === "succeeded" ? (job.result as unknown as Inside) : null;
  const pools = usePoolsOf(volume.host.id);
  const networks = useNetworksOf(volume.host.id);
  const form = useForm({ defaultValues: { name: "", pool: "", network: "", start: false } });
  const { name = "", pool = "", network = "", start = false } = useWatch({ control: form.control });
  const wish: ImportWish = {
    host: volume.host.id,
    volume: volume.id,
    ...(name.trim() && { name: name.trim() }),
    ...(pool && { pool }),
    ...(network && { networks: network === "none" ? [] : [network] }),
    ...(start && { start }),
  };
  const request = useJobRequest(importDomain);
  const { plan, error, busy, current } = usePlan(["import", job?.id], inside && !request.isPending ? wish : null, planImport);
  const refused = request.error ?? error;
  const shown = useComplaints(form, refused, (field) => (field.startsWith("networks") ? "network" : field));
  const looking = look.isPending || (id !== "" && (!job || isOpen(job)));
  return (
    <Grid hasGutter>
      <GridItem lg={7}>
        <Form
          id="import"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            request.mutate(wish, { onSuccess: (made) => onJob(made.id) });
          }}
        >
          <Facts
            columns={1}
            facts={[
              [t("exchange.import.volume"), volume.name],
              [t("pool.one"), `${volume.pool.name} · ${volume.host.name}`],
              [t("volume.format"), volume.format],
              [t("volume.capacity"), <Bytes value={volume.capacity_bytes} />],
            ]}
          />
          <ProblemAlert error={look.error ?? query.error} />
          {job && isOpen(job) && <JobProgress job={job} />}
          {job?.state === "failed" && (
            <Alert isInline variant="danger" title={t("exchange.import.unreadable", { name: volume.name })}>
              {job.error?.detail}
            </Alert>
          )}
          {!inside && (
            <div>
              <Button variant="primary" isLoading={looking} isDisabled={looking} onClick={() => look.mutate(volume.id)}>
                {t("exchange.import.look")}
              </Button>
            </div>
          )}
          {inside && (
            <>
              <Found inside={inside} />
              <TextField form={form} name="name" label={t("name")} placeholder={inside.name} help={t("exchange.import.nameHelp")} autoComplete="off" />
              <Grid hasGutter>
                <GridItem sm={6}>
                  <SelectField
                    form={form}
                    name="pool"
                    label={t("exchange.import.pool")}
                    options={[{ value: "", label: t("exchange.import.samePool", { name: volume.pool.name }) }, ...(pools.data ?? []).filter((each) => each.id !== volume.pool.id).map((each) => ({ value: each.id, label: each.name }))]}
                  />
                </GridItem>
                <GridItem sm={6}>
                  <SelectField
                    form={form}
                    name="network"
                    label={t("creation.network")}
                    options={[
                      { value: "", label: t("exchange.import.usualNetwork") },
                      ...(networks.data ?? []).map((each) => ({ value: each.id, label: each.name })),
                      { value: "none", label: t("exchange.import.noNetwork") },
                    ]}
                  />
                </GridItem>
              </Grid>
              <Switch id="import-start" label={t("exchange.import.start")} isChecked={start} onChange={(_event, wanted) => form.setValue("start", wanted)} />
            </>
          )}
        </Form>
      </GridItem>
      {inside && (
        <GridItem lg={5}>
          <Card className="ol-beside" component="section" aria-label={t("plan.title")}>
            <CardHeader>
              <CardTitle component="h2">{t("plan.title")}</CardTitle>
            </CardHeader>
            <CardBody className="ol-stack">
              <PlanView plan={plan && { ...plan, changes: [] }} error={refused} shownFields={shown} busy={busy} />
              <Makes changes={plan?.changes ?? []} />
              <CodeToCopy title={t("creation.curl")} code={curlOf(window.location.origin, "/domains/import/", wish)} />
            </CardBody>
            <CardFooter>
              <Button type="submit" form="import" isLoading={request.isPending} isDisabled={request.isPending || !current || plan?.allowed !== true}>
                {t("exchange.import.submit")}
              </Button>
            </CardFooter>
          </Card>
        </GridItem>
      )}
    </Grid>
  );
}

/** What is inside, and what of it would be left out. */
function Found({ inside }: { inside: Inside }) {
  const { t } = useTranslation();
  return (
    <>
      <Facts
        columns={1}
        facts={[
          [t("exchange.import.inside"), t(`exchange.import.kind.${inside.kind}`)],
          [t("image.os"), inside.os],
          [t("domain.vcpus"), inside.vcpus || null],
          [t("memory"), inside.memory_bytes ? <Bytes value={inside.memory_bytes} /> : null],
          [
            t("domain.disks"),
            inside.disks.map(({ file, format, capacity_bytes }) => (
              <div key={file}>
                {file} <span className="ol-quiet">{format}</span> <Bytes value={capacity_bytes} />
              </div>
            )),
          ],
          [t("exchange.import.cards"), inside.interfaces.length || null],
        ]}
      />
      {inside.warnings.map((warning) => (
        <Alert key={warning} isInline variant="warning" title={warning} />
      ))}
    </>
  );
}
