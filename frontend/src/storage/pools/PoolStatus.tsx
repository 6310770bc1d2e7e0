import { Label, Progress, ProgressMeasureLocation, ProgressSize, Tooltip } from "@patternfly/react-core";
import { CheckCircleIcon, ExclamationCircleIcon, InProgressIcon, OffIcon, ShareAltIcon } from "@patternfly/react-icons";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";

import type { PoolState } from "../../api/types";
import { JobInline } from "../../jobs/JobProgress";
import { useJobOf } from "../../jobs/queries";
import { StateLabel, type Tone } from "../../ui/StateLabel";
import { Bytes } from "../../ui/Values";
import type { Pool } from "../shapes";

const LOOK: Record<PoolState, { icon: ComponentType; tone: Tone }> = {
  running: { icon: CheckCircleIcon, tone: "success" },
  building: { icon: InProgressIcon, tone: "info" },
  degraded: { icon: ExclamationCircleIcon, tone: "warning" },
  inaccessible: { icon: ExclamationCircleIcon, tone: "danger" },
  inactive: { icon: OffIcon, tone: undefined },
};

export const POOL_STATES = Object.keys(LOOK) as PoolState[];

/** How it is, and what is being done to it. */
export function PoolStatus({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const { icon, tone } = LOOK[pool.state];
  const job = useJobOf(pool);
  return (
    <span className="ol-status">
      <StateLabel icon={icon} tone={tone}>
        {t(`pool.state.${pool.state}`)}
      </StateLabel>
      {job && <JobInline job={job} />}
    </span>
  );
}

/** That other hosts see the same, and which. */
export function SharedMark({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  if (!pool.shared) return null;
  return (
    <Tooltip content={t("storage.sharedWith", { hosts: pool.shared.hosts.map(({ name }) => name).join(", ") })}>
      <Label isCompact variant="outline" icon={<ShareAltIcon />}>
        {t("storage.shared")}
      </Label>
    </Tooltip>
  );
}

const NEARLY_FULL = 0.9;

export function Usage({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  if (pool.capacity_bytes === 0) return <>–</>;
  const used = 1 - pool.available_bytes / pool.capacity_bytes;
  return (
    <Progress
      id={`usage-${pool.id}`}
      aria-label={t("pool.usage")}
      value={Math.round(used * 100)}
      size={ProgressSize.sm}
      measureLocation={ProgressMeasureLocation.none}
      variant={used > NEARLY_FULL ? "warning" : undefined}
      helperText={
        <>
          <Bytes value={pool.available_bytes} /> {t("pool.freeOf")} <Bytes value={pool.capacity_bytes} />
        </>
      }
    />
  );
}
