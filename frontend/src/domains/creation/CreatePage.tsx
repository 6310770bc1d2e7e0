import { zodResolver } from "@hookform/resolvers/zod";
import { Button, EmptyState, EmptyStateBody, Form, Grid, GridItem, PageSection } from "@patternfly/react-core";
import { ServerIcon } from "@patternfly/react-icons";
import { useEffect, type ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useMaySomewhere } from "../../access/queries";
import { asProblem } from "../../api/problem";
import type { Host, Plan } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { FactsSkeleton } from "../../ui/Facts";
import { Folded } from "../../ui/Folded";
import { PageHead } from "../../ui/PageHead";
import { ProblemAlert, ProblemPage } from "../../ui/Problems";
import { formOf, paramsOf } from "./address";
import { CreationProgress } from "./CreationProgress";
import { answered, creationSchema, type CreationForm } from "./form";
import { offerFor } from "./offers";
import { PlanCard } from "./PlanCard";
import { Questions } from "./Questions";
import { create, useCreationOptions, useCreationPlan, useHostsToChoose } from "./queries";
import { CloudInit, Devices, Disks, Firmware, Interfaces, Options, Processor, type SectionProps } from "./sections";
import { placeOf, specOf } from "./spec";
import { sourcesOf } from "./Sources";
import { SUMMARY, type Part } from "./summaries";

const JOB = "job";
const NO_HOSTS: readonly Host[] = [];

/** Make a virtual machine or container: few questions, the rest folded, and beside it what would come of it. */
export function CreatePage({ firstStep }: { firstStep?: ReactNode }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const mayHosts = useMaySomewhere("host.read");
  const hosts = useHostsToChoose(mayHosts);
  const job = params.get(JOB);
  const follow = (id: string | null) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (id === null) after.delete(JOB);
      else after.set(JOB, id);
      return after;
    });
  return (
    <>
      <PageHead title={t("creation.title")} parent={{ title: t("domain.many"), to: "/domains" }} />
      <PageSection isFilled>
        {job ? (
          <CreationProgress id={job} onBack={() => follow(null)} />
        ) : !mayHosts ? (
          <CreateForm hosts={NO_HOSTS} onJob={follow} />
        ) : hosts.isError && !hosts.data ? (
          <ProblemPage error={hosts.error} retry={() => void hosts.refetch()} />
        ) : !hosts.data ? (
          <FactsSkeleton rows={8} />
        ) : hosts.data.length === 0 ? (
          <EmptyState titleText={t("creation.noHost")} icon={ServerIcon} headingLevel="h2">
            <EmptyStateBody>{t("creation.noHostBody")}</EmptyStateBody>
            {firstStep}
          </EmptyState>
        ) : (
          <CreateForm hosts={hosts.data} onJob={follow} />
        )}
      </PageSection>
    </>
  );
}

function CreateForm({ hosts, onJob }: { hosts: readonly Host[]; onJob: (id: string) => void }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const form = useForm<CreationForm>({ resolver: zodResolver(creationSchema), defaultValues: startOf(params, hosts) });
  const values = useWatch({ control: form.control }) as CreationForm;
  const options = useCreationOptions(hosts.length > 0 ? values.host : "");
  const wanted = answered(values);
  const spec = specOf(values);
  const request = useJobRequest(create);
  const plan = useCreationPlan(spec, wanted && !request.isPending);
  useAddress(values, params, setParams);
  useSuitableSource(values, hosts, (source) => form.setValue("source", source));

  // What the server complains about stands at its field, while one fills the form as well as when it is sent.
  const error = request.error ?? plan.error;
  const complaints = error ? asProblem(error).errors : complaintsOf(plan.plan);
  const shown = Object.keys(complaints).filter((field) => placeOf(field, values) !== null);
  const { setError, clearErrors } = form;
  const said = JSON.stringify(complaints);
  useEffect(() => {
    clearErrors();
    for (const [field, sentences] of Object.entries(JSON.parse(said) as Record<string, string[]>)) {
      const place = placeOf(field, form.getValues());
      if (place) setError(place as keyof CreationForm, { type: "server", message: sentences.join(" ") });
    }
  }, [said, setError, clearErrors, form]);

  const submit = () => request.mutate(spec, { onSuccess: (job) => onJob(job.id) });
  const section: SectionProps = { form, values, options: options.data, offer: offerFor(options.data, values) };
  const { errors } = form.formState;
  const folded = (part: Part, troubled: boolean, body: ReactNode) => (
    <Folded key={part} title={t(`creation.part.${part}`)} summary={SUMMARY[part](values, t, options.data)} troubled={troubled}>
      {body}
    </Folded>
  );
  const { source } = values;
  const own = source !== "xml";
  const made = own && source !== "template"; // a template brings its devices along
  const machine = made && source !== "container";
  return (
    <Grid hasGutter>
      <GridItem lg={7} xl={8}>
        <Form id="creation" onSubmit={(event) => void form.handleSubmit(submit)(event)} noValidate>
          <ProblemAlert error={options.error} />
          <Questions form={form} values={values} hosts={hosts} options={options.data} />
          <div>
            {machine && folded("processor", Boolean(errors.cpu ?? errors.topology), <Processor {...section} />)}
            {machine && folded("disks", hasLater(errors.disks), <Disks {...section} />)}
            {made && folded("interfaces", Boolean(errors.interfaces), <Interfaces {...section} />)}
            {machine && folded("firmware", Boolean(errors.firmware ?? errors.tpm ?? errors.machine ?? errors.type ?? errors.arch), <Firmware {...section} />)}
            {machine && folded("devices", Boolean(errors.graphics ?? errors.video ?? errors.sound ?? errors.serial ?? errors.watchdog), <Devices {...section} />)}
            {["cloud", "disk", "template"].includes(source) && folded("cloudInit", hasCloudInit(errors.cloud_init), <CloudInit {...section} />)}
            {own && folded("options", Boolean(errors.title ?? errors.tags ?? errors.count ?? errors.description), <Options {...section} />)}
          </div>
        </Form>
      </GridItem>
      <GridItem lg={5} xl={4}>
        <PlanCard spec={wanted ? spec : null} plan={plan.plan} error={error} shownFields={shown} busy={plan.busy}>
          <Button
            type="submit"
            form="creation"
            variant="primary"
            isLoading={request.isPending}
            isDisabled={request.isPending || (wanted && plan.plan?.allowed === false && !plan.busy)}
          >
            {Number(values.count) > 1 && own ? t("creation.submitMany", { count: Number(values.count) }) : t("creation.submit")}
          </Button>
        </PlanCard>
      </GridItem>
    </Grid>
  );
}

/** What is in the way, by the field that it is about. */
function complaintsOf(plan: Plan | undefined): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { code, ok, detail } of plan?.checks ?? []) if (!ok) (found[code] ??= []).push(detail);
  return found;
}

// Complaints about the first disk's size and the first user stand above the folded parts.
const hasLater = (errors: unknown): boolean =>
  Array.isArray(errors) && errors.some((each, at) => each && (at > 0 || Object.keys(each as object).some((field) => field !== "size")));
const hasCloudInit = (errors: object | undefined): boolean => Object.keys(errors ?? {}).some((field) => !["user", "password", "ssh_keys"].includes(field));

/** What the address asks for; without a host in it, the only one. */
function startOf(params: URLSearchParams, hosts: readonly Host[]): CreationForm {
  const form = formOf(params);
  if (hosts.length === 0) return { ...form, source: "template" }; // whose host is the place
  const known = hosts.some(({ id }) => id === form.host);
  return { ...form, host: known ? form.host : hosts.length === 1 ? (hosts[0]?.id ?? "") : "" };
}

/** The form is in the address, so that it survives a reload and can be sent to somebody. */
function useAddress(values: CreationForm, params: URLSearchParams, setParams: ReturnType<typeof useSearchParams>[1]): void {
  const written = paramsOf(values).toString();
  const shown = params.toString();
  useEffect(() => {
    if (written !== shown) setParams(new URLSearchParams(written), { replace: true, preventScrollReset: true });
  }, [written, shown, setParams]);
}

/** A host of containers boots no ISO: another source is taken then. */
function useSuitableSource(values: CreationForm, hosts: readonly Host[], take: (source: CreationForm["source"]) => void): void {
  const driver = hosts.find(({ id }) => id === values.host)?.driver;
  const suitable = sourcesOf(driver);
  const first = suitable[0];
  const wrong = driver !== undefined && !suitable.includes(values.source);
  useEffect(() => {
    if (wrong && first) take(first);
  });
}
