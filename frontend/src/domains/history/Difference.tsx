import { Skeleton } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import { DiffView } from "../../ui/DiffView";
import { ProblemAlert } from "../../ui/Problems";
import { useRevisionDiff } from "./queries";

export function Difference({ domain, from, to }: { domain: string; from: number; to: number }) {
  const { t } = useTranslation();
  const query = useRevisionDiff(domain, from, to);
  if (query.isError) return <ProblemAlert error={query.error} />;
  if (!query.data) return <Skeleton height="6rem" screenreaderText={t("loading")} />;
  return <DiffView diff={query.data.diff} label={t("history.difference", { from, to })} />;
}
