import { Alert, AlertActionLink, ExpandableSection } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Change } from "../ui/PlanView";
import { StopDialog } from "./NetworkActions";
import type { NetworkDetail } from "./shapes";

/** What waits for the network's next start, and the way to have it now. */
export function PendingChanges({ network }: { network: NetworkDetail }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const { pending } = network;
  if (pending.length === 0) return null;
  return (
    <>
      <Alert
        isInline
        variant="info"
        title={t("network.pending", { count: pending.length })}
        actionLinks={network.actions.includes("stop") && <AlertActionLink onClick={() => setAsked(true)}>{t("network.action.restart")}</AlertActionLink>}
      >
        <ExpandableSection toggleText={t("details")}>
          <ul className="ol-changes">
            {pending.map(({ path, live, inactive }) => (
              <li key={path}>
                <Change what={path} before={live} after={inactive} />
              </li>
            ))}
          </ul>
        </ExpandableSection>
      </Alert>
      {asked && <StopDialog network={network} again onClose={() => setAsked(false)} />}
    </>
  );
}
