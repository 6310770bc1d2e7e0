import { Label } from "@patternfly/react-core";
import { CheckCircleIcon, HistoryIcon, OffIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { JobInline } from "../jobs/JobProgress";
import { useJobOf } from "../jobs/queries";
import { StateLabel } from "../ui/StateLabel";
import type { NetworkRow } from "./shapes";

/** Whether it runs, what is done to it, and whether something waits for its next start. */
export function NetworkStatus({ network }: { network: NetworkRow }) {
  const { t } = useTranslation();
  const job = useJobOf(network);
  return (
    <span className="ol-status">
      <StateLabel icon={network.active ? CheckCircleIcon : OffIcon} tone={network.active ? "success" : undefined}>
        {t(network.active ? "network.active" : "network.inactive")}
      </StateLabel>
      {network.pending.length > 0 && (
        <Label isCompact color="blue" icon={<HistoryIcon />}>
          {t("network.waits")}
        </Label>
      )}
      {job && <JobInline job={job} />}
    </span>
  );
}
