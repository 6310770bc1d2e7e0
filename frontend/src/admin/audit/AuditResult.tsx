import { BanIcon, CheckCircleIcon, CheckIcon, ExclamationCircleIcon, MinusCircleIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { StateLabel } from "../../ui/StateLabel";
import type { AuditResult as Result } from "../shapes";

export const RESULTS = ["accepted", "refused", "succeeded", "failed", "cancelled"] as const satisfies readonly Result[];
const LOOKS = {
  accepted: { icon: CheckIcon, tone: undefined },
  succeeded: { icon: CheckCircleIcon, tone: "success" },
  cancelled: { icon: MinusCircleIcon, tone: undefined },
  refused: { icon: BanIcon, tone: "warning" },
  failed: { icon: ExclamationCircleIcon, tone: "danger" },
} as const;

export function AuditResult({ result }: { result: Result }) {
  const { t } = useTranslation();
  const { icon, tone } = LOOKS[result];
  return (
    <StateLabel icon={icon} tone={tone}>
      {t(`audit.result.${result}`)}
    </StateLabel>
  );
}
