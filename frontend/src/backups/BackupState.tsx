import { CheckCircleIcon, ExclamationCircleIcon, InProgressIcon } from "@patternfly/react-icons";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";

import { JobInline } from "../jobs/JobProgress";
import { useOpenJobs } from "../jobs/queries";
import { StateLabel, type Tone } from "../ui/StateLabel";
import { When } from "../ui/Values";
import type { Backup } from "./shapes";

const LOOK: Readonly<Record<Backup["state"], { icon: ComponentType; tone: Tone }>> = {
  running: { icon: InProgressIcon, tone: "info" },
  deleting: { icon: InProgressIcon, tone: "info" },
  complete: { icon: CheckCircleIcon, tone: "success" },
  failed: { icon: ExclamationCircleIcon, tone: "danger" },
  damaged: { icon: ExclamationCircleIcon, tone: "danger" },
};

/** Whether it can be relied on: whole, and when somebody last looked. */
export function BackupStatus({ backup }: { backup: Backup }) {
  const { t } = useTranslation();
  const open = useOpenJobs().data?.results;
  const job = open?.find(({ id, object }) => id === backup.id || object.id === backup.id) ?? backup.job;
  const { icon, tone } = LOOK[backup.state];
  return (
    <span className="ol-status">
      {job && ["running", "deleting"].includes(backup.state) ? (
        <JobInline job={job} />
      ) : (
        <StateLabel icon={icon} tone={tone}>
          {t(`backup.state.${backup.state}`)}
        </StateLabel>
      )}
      {backup.error && <span className="ol-quiet ol-break">{backup.error}</span>}
      {job && !["running", "deleting"].includes(backup.state) ? (
        <JobInline job={job} />
      ) : (
        backup.verified_at && (
          <span className="ol-quiet">
            {t("backup.verified")} <When at={backup.verified_at} />
          </span>
        )
      )}
    </span>
  );
}
