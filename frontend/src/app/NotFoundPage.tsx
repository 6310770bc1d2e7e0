import { EmptyState, EmptyStateBody, EmptyStateFooter, PageSection } from "@patternfly/react-core";
import { SearchIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <PageSection isFilled>
      <EmptyState titleText={t("notFound.title")} icon={SearchIcon} headingLevel="h1">
        <EmptyStateBody>{t("notFound.body")}</EmptyStateBody>
        <EmptyStateFooter>
          <Link to="/">{t("overview.title")}</Link>
        </EmptyStateFooter>
      </EmptyState>
    </PageSection>
  );
}
