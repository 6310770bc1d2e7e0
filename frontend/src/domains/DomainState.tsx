import {
  BedIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  OffIcon,
  OutlinedQuestionCircleIcon,
  PauseCircleIcon,
  PlayCircleIcon,
  PowerOffIcon,
} from "@patternfly/react-icons";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";

import type { Domain, DomainState as State } from "../api/types";
import { JobInline } from "../jobs/JobProgress";
import { useJobOf } from "../jobs/queries";
import { StateLabel, type Tone } from "../ui/StateLabel";
import { useAgo } from "../ui/Values";

export const DOMAIN_STATES: readonly State[] = ["running", "paused", "shutoff", "crashed", "pmsuspended", "shutdown", "blocked", "nostate"];

const LOOK: Record<State, { icon: ComponentType; tone: Tone }> = {
  running: { icon: PlayCircleIcon, tone: "success" },
  blocked: { icon: PlayCircleIcon, tone: "success" },
  paused: { icon: PauseCircleIcon, tone: "warning" },
  pmsuspended: { icon: BedIcon, tone: "custom" },
  shutdown: { icon: PowerOffIcon, tone: "info" },
  shutoff: { icon: OffIcon, tone: undefined },
  crashed: { icon: ExclamationCircleIcon, tone: "danger" },
  nostate: { icon: OutlinedQuestionCircleIcon, tone: undefined },
};

export function DomainState({ state }: { state: State }) {
  const { t } = useTranslation();
  const { icon, tone } = LOOK[state];
  return (
    <StateLabel icon={icon} tone={tone}>
      {t(`domain.state.${state}`)}
    </StateLabel>
  );
}

/** The state with what qualifies it: how old it is, what is being done, whether another host claims the domain too. */
export function DomainStatus({ domain }: { domain: Domain }) {
  const { t } = useTranslation();
  const job = useJobOf(domain);
  const seen = useAgo(domain.seen_at);
  return (
    <span className="ol-status">
      <DomainState state={domain.state} />
      {job && <JobInline job={job} />}
      {domain.stale && <span className="ol-quiet">{t("lastSeen", { ago: seen })}</span>}
      {domain.conflict && (
        <StateLabel icon={ExclamationTriangleIcon} tone="warning">
          {t("domain.conflict", { host: domain.conflict.host.name })}
        </StateLabel>
      )}
    </span>
  );
}
