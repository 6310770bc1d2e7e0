import { CheckCircleIcon, DisconnectedIcon, ExclamationCircleIcon, InProgressIcon, WrenchIcon } from "@patternfly/react-icons";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";

import type { Host, HostState as State } from "../api/types";
import { JobInline } from "../jobs/JobProgress";
import { useJobOf } from "../jobs/queries";
import { StateLabel, type Tone } from "../ui/StateLabel";
import { useAgo } from "../ui/Values";

export const HOST_STATES: readonly State[] = ["up", "connecting", "unreachable", "maintenance", "error"];

const LOOK: Record<State, { icon: ComponentType; tone: Tone }> = {
  up: { icon: CheckCircleIcon, tone: "success" },
  connecting: { icon: InProgressIcon, tone: "info" },
  unreachable: { icon: DisconnectedIcon, tone: "danger" },
  maintenance: { icon: WrenchIcon, tone: "custom" },
  error: { icon: ExclamationCircleIcon, tone: "danger" },
};

export function HostState({ state }: { state: State }) {
  const { t } = useTranslation();
  const { icon, tone } = LOOK[state];
  return (
    <StateLabel icon={icon} tone={tone}>
      {t(`host.state.${state}`)}
    </StateLabel>
  );
}

export function HostStatus({ host }: { host: Host }) {
  const { t } = useTranslation();
  const job = useJobOf(host);
  const seen = useAgo(host.seen_at);
  return (
    <span className="ol-status">
      <span className="ol-now">
        <HostState state={host.state} />
      </span>
      {job && <JobInline job={job} />}
      {host.stale && host.seen_at && <span className="ol-quiet">{t("lastSeen", { ago: seen })}</span>}
    </span>
  );
}
