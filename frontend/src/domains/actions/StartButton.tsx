import { Button } from "@patternfly/react-core";
import { PlayIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import type { Domain } from "../../api/types";
import { useJobOf, useJobRequest } from "../../jobs/queries";
import { ProblemAlert } from "../../ui/Problems";
import { allows } from "./action";
import { start } from "./start";

/** A large Start, in place of the console of what is off. */
export function StartButton({ domain }: { domain: Domain }) {
  const { t } = useTranslation();
  const job = useJobOf(domain);
  const request = useJobRequest(start.request);
  const busy = request.isPending || job !== null;
  if (!busy && !allows(domain, start)) return null;
  return (
    <>
      <Button variant="primary" size="lg" icon={<PlayIcon />} isLoading={busy} isDisabled={busy} onClick={() => request.mutate(domain)}>
        {t("domain.action.start")}
      </Button>
      <ProblemAlert error={request.error} />
    </>
  );
}
