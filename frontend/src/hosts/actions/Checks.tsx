import { List, ListItem } from "@patternfly/react-core";
import { CheckCircleIcon, ExclamationCircleIcon, ExclamationTriangleIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import type { Job } from "../../api/types";

interface Check {
  code: string;
  ok: boolean;
  required: boolean;
  detail: string;
}

const ICONS = {
  passed: <CheckCircleIcon color="var(--pf-t--global--icon--color--status--success--default)" />,
  warning: <ExclamationTriangleIcon color="var(--pf-t--global--icon--color--status--warning--default)" />,
  failed: <ExclamationCircleIcon color="var(--pf-t--global--icon--color--status--danger--default)" />,
};

/** What was looked at on the machine, and what to do where it lacks something. */
export function Checks({ job }: { job: Job }) {
  const { t } = useTranslation();
  const checks = (job.result as { checks?: Check[] } | null)?.checks ?? [];
  if (checks.length === 0) return null;
  return (
    <List isPlain aria-label={t("host.checks.title")}>
      {checks.map((check) => {
        const state = check.ok ? "passed" : check.required ? "failed" : "warning";
        return (
          <ListItem key={check.code} icon={ICONS[state]}>
            <strong>{t(`host.checks.${check.code}`, { defaultValue: check.code })}</strong> ({t(`host.checks.state.${state}`)}): {check.detail}
          </ListItem>
        );
      })}
    </List>
  );
}
