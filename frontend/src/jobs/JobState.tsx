import {
  BanIcon,
  CheckCircleIcon,
  ExclamationCircleIcon,
  HourglassHalfIcon,
  InProgressIcon,
  QuestionCircleIcon,
} from "@patternfly/react-icons";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";

import type { JobState as State } from "../api/types";
import { StateLabel, type Tone } from "../ui/StateLabel";

const LOOK: Record<State, { icon: ComponentType; tone: Tone }> = {
  queued: { icon: HourglassHalfIcon, tone: undefined },
  running: { icon: InProgressIcon, tone: "info" },
  succeeded: { icon: CheckCircleIcon, tone: "success" },
  failed: { icon: ExclamationCircleIcon, tone: "danger" },
  cancelled: { icon: BanIcon, tone: undefined },
  unknown: { icon: QuestionCircleIcon, tone: "warning" },
};

export function JobState({ state }: { state: State }) {
  const { t } = useTranslation();
  const { icon, tone } = LOOK[state];
  return (
    <StateLabel icon={icon} tone={tone}>
      {t(`job.state.${state}`)}
    </StateLabel>
  );
}
