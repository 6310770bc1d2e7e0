import { List, ListItem } from "@patternfly/react-core";
import { CheckCircleIcon, ExclamationCircleIcon, ExclamationTriangleIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import type { Job } from "../../api/types";
import { checksOf, type Check } from "./findings";

const ICONS = {
  passed: <CheckCircleIcon color="var(--pf-t--global--icon--color--status--success--default)" />,
  warning: <ExclamationTriangleIcon color="var(--pf-t--global--icon--color--status--warning--default)" />,
  failed: <ExclamationCircleIcon color="var(--pf-t--global--icon--color--status--danger--default)" />,
};

const URGENCY = ["failed", "warning", "passed"] as const;
const stateOf = ({ ok, required }: Check) => (ok ? "passed" : required ? "failed" : "warning");

/** What was looked at on the machine, and what to do where it lacks something: that first. */
export function Checks({ job }: { job: Job }) {
  const { t } = useTranslation();
  const checks = checksOf(job);
  if (checks.length === 0) return null;
  const inOrder = [...checks].sort((one, other) => URGENCY.indexOf(stateOf(one)) - URGENCY.indexOf(stateOf(other)));
  return (
    <List isPlain aria-label={t("host.checks.title")}>
      {inOrder.map((check) => {
        const state = stateOf(check);
        return (
          <ListItem key={check.code} icon={ICONS[state]}>
            <strong>{t(`host.checks.${check.code}`, { defaultValue: check.code })}</strong> ({t(`host.checks.state.${state}`)}): {check.detail}
          </ListItem>
        );
      })}
    </List>
  );
}
