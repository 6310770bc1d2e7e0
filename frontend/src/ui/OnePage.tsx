import { PageSection } from "@patternfly/react-core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { FactsSkeleton } from "./Facts";
import { PageHead } from "./PageHead";
import { OutdatedAlert, ProblemPage } from "./Problems";

interface OnePageProps<T> {
  query: UseQueryResult<T>;
  /** Of the kind, while its name is not known. */
  title: string;
  parent: { title: string; to: string };
  children: (one: T) => ReactNode;
}

/** The page of one object: while it is read, when it cannot be, and when it could not be read again. */
export function OnePage<T>({ query, title, parent, children }: OnePageProps<T>) {
  const { t } = useTranslation();
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && (
          <PageSection>
            <OutdatedAlert error={query.error} retry={() => void query.refetch()} />
          </PageSection>
        )}
        {children(query.data)}
      </>
    );
  }
  return (
    <>
      <PageHead title={query.isError ? title : t("loading")} parent={parent} />
      <PageSection isFilled>{query.isError ? <ProblemPage error={query.error} retry={() => void query.refetch()} /> : <FactsSkeleton />}</PageSection>
    </>
  );
}
