import {
  Alert,
  AlertActionLink,
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  ExpandableSection,
} from "@patternfly/react-core";
import { DisconnectedIcon, ExclamationCircleIcon, LockIcon, SearchIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { asProblem, type Problem } from "../api/problem";
import { bytes } from "./format";

const MOST_NAMED = 6;

/** In place of a page or a table that could not be read: what happened and what to do, the rest folded. */
export function ProblemPage({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  const which = problem.unreachable ? "unreachable" : problem.forbidden ? "forbidden" : problem.missing ? "missing" : "failed";
  const icon = { unreachable: DisconnectedIcon, forbidden: LockIcon, missing: SearchIcon, failed: ExclamationCircleIcon }[which];
  return (
    <EmptyState
      titleText={t(`problem.${which}.title`)}
      headingLevel="h2"
      icon={icon}
      status={which === "failed" || which === "unreachable" ? "danger" : undefined}
    >
      <EmptyStateBody>{t(`problem.${which}.body`)}</EmptyStateBody>
      <EmptyStateFooter>
        {retry && which !== "forbidden" && (
          <EmptyStateActions>
            <Button variant="primary" onClick={retry}>
              {t("tryAgain")}
            </Button>
          </EmptyStateActions>
        )}
        <ExpandableSection toggleText={t("details")}>
          <ProblemDetails error={problem} />
        </ExpandableSection>
      </EmptyStateFooter>
    </EmptyState>
  );
}

function ProblemDetails({ error }: { error: unknown }) {
  const problem = asProblem(error);
  return (
    <>
      {problem.message} <code>{problem.code}</code>
      {problem.status > 0 && ` (${problem.status})`}
    </>
  );
}

/** Above a form or in a dialog: why it was refused, field by field where the form has no place of its own for it. */
export function ProblemAlert({ error, shownFields = [] }: { error: unknown; shownFields?: readonly string[] }) {
  const { t } = useTranslation();
  if (!error) return null;
  const problem = asProblem(error);
  const elsewhere = Object.entries(problem.errors).filter(([field]) => !shownFields.includes(field));
  const title = problem.unreachable ? t("problem.unreachable.title") : problem.message;
  return (
    <Alert isInline variant="danger" title={title} aria-live="polite">
      <Advice problem={problem} />
      {elsewhere.length > 0 && (
        <ul>
          {elsewhere.map(([field, sentences]) => (
            <li key={field}>
              {field === "non_field_errors" ? "" : `${field}: `}
              {sentences.join(" ")}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}

/** What can be done about a refusal that is about what one may do or use. */
function Advice({ problem }: { problem: Problem }) {
  const { t, i18n } = useTranslation();
  if (problem.code === "quota_exceeded") {
    const { resource, limit, use, asked } = problem.more;
    const known = typeof resource === "string" && [limit, use, asked].every((each) => typeof each === "number");
    const said = (value: unknown) => (String(resource).endsWith("_bytes") ? bytes(Number(value), i18n.language) : String(value));
    return (
      <>
        {known && <p>{t("problem.quota.figures", { what: t(`admin.quotas.resource.${resource}`), limit: said(limit), use: said(use), asked: said(asked) })}</p>}
        <p>{t("problem.quota.advice")}</p>
      </>
    );
  }
  if (problem.code === "beyond_own_permissions") {
    const { permissions } = problem.more;
    const lacking = Array.isArray(permissions) ? permissions.filter((each) => typeof each === "string") : [];
    return (
      <>
        <p>{t("problem.beyond.advice")}</p>
        {lacking.length > 0 && (
          <ul>
            {lacking.slice(0, MOST_NAMED).map((each) => (
              <li key={each}>{t(`permission.${each}`, { defaultValue: each })}</li>
            ))}
            {lacking.length > MOST_NAMED && <li>{t("job.more", { count: lacking.length - MOST_NAMED })}</li>}
          </ul>
        )}
      </>
    );
  }
  return null;
}

/** Over data that is still shown but could not be read again. */
export function OutdatedAlert({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert
      isInline
      variant="warning"
      title={t("problem.outdated")}
      actionLinks={<AlertActionLink onClick={retry}>{t("tryAgain")}</AlertActionLink>}
    >
      {asProblem(error).message}
    </Alert>
  );
}
