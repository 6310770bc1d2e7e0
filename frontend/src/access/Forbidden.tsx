import { EmptyState, EmptyStateBody, PageSection } from "@patternfly/react-core";
import { LockIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { PageHead } from "../ui/PageHead";

/** In place of a page for who has no right to anything on it, and came by typing its address or by somebody's link. */
export function Forbidden({ title }: { title: string }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={title} />
      <PageSection isFilled>
        <EmptyState titleText={t("problem.forbidden.title")} icon={LockIcon} headingLevel="h2">
          <EmptyStateBody>{t("problem.forbidden.body")}</EmptyStateBody>
        </EmptyState>
      </PageSection>
    </>
  );
}
