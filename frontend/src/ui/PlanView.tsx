import { Alert, ExpandableSection, Icon, List, ListItem, Skeleton } from "@patternfly/react-core";
import { ArrowRightIcon, CheckCircleIcon, ExclamationCircleIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { asProblem } from "../api/problem";
import type { Plan, PlannedChange } from "../api/types";
import { DiffView } from "./DiffView";
import { pathWords } from "./pathWords";
import { ProblemAlert } from "./Problems";

interface PlanViewProps {
  plan: Plan | undefined;
  error?: unknown;
  /** The fields that the form beside it shows complaints at. */
  shownFields?: readonly string[];
  busy: boolean;
  /** The difference of the XML is what it is about: it is not folded away. */
  unfolded?: boolean;
}

/** What a change would do, before it is done: what stands against it, what holds at once, what waits for the next start. */
export function PlanView({ plan, error, shownFields, busy, unfolded = false }: PlanViewProps) {
  const { t } = useTranslation();
  const changes = plan?.changes ?? [];
  const atOnce = changes.filter((change) => change.live);
  const later = changes.filter((change) => !change.live);
  const checks = plan?.checks ?? [];
  return (
    <section aria-label={t("plan.title")} aria-live="polite" aria-busy={busy} className="ol-plan">
      {!plan && !error && busy && <Skeleton width="70%" screenreaderText={t("plan.looking")} />}
      {!saidAtFields(error, shownFields) && <ProblemAlert error={error} shownFields={shownFields} />}
      {plan && (
        <>
          {checks.length > 0 && (
            <List isPlain>
              {checks.map((check) => (
                <ListItem
                  key={`${check.code} ${check.detail}`}
                  icon={
                    <Icon status={check.ok ? "success" : "danger"}>
                      {check.ok ? <CheckCircleIcon title={t("plan.fine")} /> : <ExclamationCircleIcon title={t("plan.obstacle")} />}
                    </Icon>
                  }
                >
                  {check.detail || check.code}
                </ListItem>
              ))}
            </List>
          )}
          <Changes title={t("plan.atOnce")} changes={atOnce} />
          <Changes title={t("plan.later")} changes={later} />
          {plan.needs_restart && later.length === 0 && <Alert isInline isPlain variant="info" title={t("plan.restart")} />}
          {plan.diff !== undefined && unfolded && <DiffView diff={plan.diff} label={t("plan.diff")} />}
          {plan.diff && !unfolded && (
            <ExpandableSection toggleText={t("plan.diff")} isIndented>
              <DiffView diff={plan.diff} label={t("plan.diff")} />
            </ExpandableSection>
          )}
        </>
      )}
    </section>
  );
}

/** Whether the form beside it says already all that is wrong. */
function saidAtFields(error: unknown, shownFields: readonly string[] = []): boolean {
  const fields = error ? Object.keys(asProblem(error).errors) : [];
  return fields.length > 0 && fields.every((field) => shownFields.includes(field));
}

function Changes({ title, changes }: { title: string; changes: readonly PlannedChange[] }) {
  if (changes.length === 0) return null;
  return (
    <div>
      <h4 className="ol-plan-title">{title}</h4>
      <ul className="ol-changes">
        {changes.map((change) => (
          <li key={change.path}>
            <Change what={change.path} before={change.before} after={change.after} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One thing that becomes another. */
export function Change({ what, before, after }: { what: string; before: string | null; after: string | null }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="ol-quiet" title={what}>{pathWords(what)}</span> <Said value={before} />{" "}
      <ArrowRightIcon title={t("plan.becomes")} className="ol-arrow" /> <Said value={after} />
    </>
  );
}

/** The value, or that there is none: which is not the value "none" of libvirt's. */
function Said({ value }: { value: string | null }) {
  const { t } = useTranslation();
  return value === null ? <em className="ol-quiet">{t("plan.nothing")}</em> : <code>{value}</code>;
}
