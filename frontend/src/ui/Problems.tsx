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

import { asProblem } from "../api/problem";

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
