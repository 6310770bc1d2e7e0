import { Grid, GridItem } from "@patternfly/react-core";
import type { ReactNode } from "react";
import type { FieldValues, UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { queryString, type Query } from "../api/client";
import { asProblem, Problem } from "../api/problem";
import type { Job, Plan } from "../api/types";
import { useJobRequest } from "../jobs/queries";
import { CodeToCopy } from "../ui/CodeToCopy";
import { curlOf } from "../ui/curl";
import { FormDialog } from "../ui/FormDialog";
import { Makes } from "../ui/Makes";
import { PlanView } from "../ui/PlanView";
import { useComplaints } from "../ui/useComplaints";
import { usePlan } from "../ui/usePlan";
import type { Asking } from "./queries";

interface AskDialogProps<Wish, Form extends FieldValues> {
  title: string;
  description?: string;
  submit: string;
  asking: Asking<Wish>;
  /** What would be sent; null while too little is answered. */
  wish: Wish | null;
  form: UseFormReturn<Form>;
  /** Which field of the form a complaint of the server belongs to, where the names differ. */
  fieldOf?: (complaint: string) => string;
  danger?: boolean;
  /** Something comes to be: what the plan lists was not there before. */
  makes?: boolean;
  /** The plan stands beside the form, not below it. */
  wide?: boolean;
  /** Something else is missing yet. */
  disabled?: boolean;
  /** What is told to a shell, where secrets are left out. */
  told?: (wish: Wish) => unknown;
  children: ReactNode;
  onDone?: (job: Job) => void;
  onClose: () => void;
}

/** Questions, and what the server would make of the answers: asked as they change, and shown before anything is done. */
export function AskDialog<Wish, Form extends FieldValues>(props: AskDialogProps<Wish, Form>) {
  const { title, description, submit, asking, wish, form, fieldOf, danger, makes = false, wide = false, disabled = false, told, children, onDone, onClose } = props;
  const { t } = useTranslation();
  const request = useJobRequest(asking.send);
  const { plan, error, busy, current } = usePlan([asking.method, asking.path], request.isPending ? null : wish, asking.plan);
  const refused = request.error ?? error;
  const shown = useComplaints(form, refused ?? complaintsOf(plan), fieldOf);
  const complaints = Object.keys(refused ? asProblem(refused).errors : {}).filter((name) => shown.includes(fieldOf ? fieldOf(name) : name));
  const curl = (said: unknown) =>
    asking.method === "DELETE"
      ? curlOf(window.location.origin, asking.path + queryString(said as Query), undefined, "DELETE")
      : curlOf(window.location.origin, asking.path, said, asking.method);
  const beside = (
    <div className="ol-stack">
      {wish === null ? (
        wide && <p className="ol-quiet">{t("storage.planUnasked")}</p>
      ) : (
        <>
          <PlanView plan={plan && (makes ? { ...plan, changes: [] } : plan)} error={refused} shownFields={complaints} busy={busy} />
          {makes && <Makes changes={plan?.changes ?? []} />}
          <CodeToCopy title={t("creation.curl")} code={curl(told ? told(wish) : wish)} />
        </>
      )}
    </div>
  );
  return (
    <FormDialog
      title={title}
      description={description}
      submit={submit}
      danger={danger}
      wide={wide}
      busy={request.isPending}
      disabled={disabled || wish === null || !current || plan?.allowed !== true}
      onSubmit={() =>
        wish !== null &&
        request.mutate(wish, {
          onSuccess: (job) => {
            onClose();
            onDone?.(job);
          },
        })
      }
      onClose={onClose}
    >
      {wide ? (
        <Grid hasGutter>
          <GridItem md={7} className="ol-stack">
            {children}
          </GridItem>
          <GridItem md={5}>
            <h3 className="ol-plan-title">{t("plan.title")}</h3>
            {beside}
          </GridItem>
        </Grid>
      ) : (
        <>
          {children}
          {beside}
        </>
      )}
    </FormDialog>
  );
}

/** What a plan finds wrong with a field says its name as the check's code. */
function complaintsOf(plan: Plan | undefined): Problem | null {
  const errors: Record<string, string[]> = {};
  for (const { code, ok, detail } of plan?.checks ?? []) if (!ok) (errors[code] ??= []).push(detail);
  return Object.keys(errors).length > 0 ? new Problem(400, { errors }) : null;
}
