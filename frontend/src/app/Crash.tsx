import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, ExpandableSection } from "@patternfly/react-core";
import { ExclamationCircleIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";

/** A mistake of ours: say so, and offer the way out. */
export function Crash() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <EmptyState titleText={t("crash.title")} icon={ExclamationCircleIcon} status="danger" headingLevel="h1">
      <EmptyStateBody>{t("crash.body")}</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button onClick={() => window.location.reload()}>{t("crash.reload")}</Button>
        </EmptyStateActions>
        <ExpandableSection toggleText={t("details")}>
          <code>{error instanceof Error ? error.message : String(error)}</code>
        </ExpandableSection>
      </EmptyStateFooter>
    </EmptyState>
  );
}
