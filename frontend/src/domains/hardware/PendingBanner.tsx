import { Alert, AlertActionLink, ExpandableSection } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DomainDetail } from "../../api/types";
import { Change } from "../../ui/PlanView";
import { RestartDialog } from "./RestartDialog";
import type { Hardware } from "./types";

const FEW = 3;

/** What has been changed but does not run yet, and the way to make it run. */
export function PendingBanner({ domain, pending }: { domain: DomainDetail; pending: Hardware["pending"] }) {
  const { t } = useTranslation();
  const [restarting, setRestarting] = useState(false);
  if (pending.length === 0) return null;
  const may = domain.actions.includes("shutdown") || domain.actions.includes("destroy");
  const list = (
    <ul className="ol-changes">
      {pending.map((change) => (
        <li key={change.path}>
          <Change what={change.path} before={change.live} after={change.inactive} />
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <Alert
        isInline
        variant="info"
        title={t("hardware.pending.title", { count: pending.length })}
        actionLinks={may && <AlertActionLink onClick={() => setRestarting(true)}>{t("hardware.restart.button")}</AlertActionLink>}
      >
        {pending.length <= FEW ? list : <ExpandableSection toggleText={t("details")}>{list}</ExpandableSection>}
      </Alert>
      {restarting && <RestartDialog domain={domain} onClose={() => setRestarting(false)} />}
    </>
  );
}
