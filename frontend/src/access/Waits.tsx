import { Alert } from "@patternfly/react-core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Problem } from "../api/problem";

/** Too many failures: how long the next try has to wait, counted down. */
export function Waits({ problem, onOver }: { problem: Problem; onOver: () => void }) {
  const { t } = useTranslation();
  const [left, setLeft] = useState(Number(problem.more.retry_after_seconds ?? 60));
  useEffect(() => {
    const timer = setInterval(() => setLeft((seconds) => seconds - 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  const over = left <= 0;
  useEffect(() => {
    if (over) onOver();
  }, [over, onOver]);
  const minutes = Math.ceil(left / 60);
  return (
    <Alert isInline variant="warning" title={t("signIn.tooMany")} aria-live="polite">
      {left > 60 ? t("signIn.waitMinutes", { count: minutes }) : t("signIn.waitSeconds", { count: Math.max(left, 0) })}
    </Alert>
  );
}
