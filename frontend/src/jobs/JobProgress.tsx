import { Button, Progress, ProgressMeasureLocation, ProgressSize, Spinner } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import type { Job, OpenJob } from "../api/types";
import { bytes, duration } from "../ui/format";
import { ProblemAlert } from "../ui/Problems";
import { useCancelJob } from "./queries";

/** What is done: of a job about many, what is done to each. */
export function kindOf(job: Job | OpenJob): string {
  const action = "result" in job ? (job.result as { action?: string } | null)?.action : undefined;
  return job.kind === "domain.bulk" && action ? `domain.${action}` : job.kind;
}

const isWhole = (job: Job | OpenJob): job is Job => "object" in job;

export function useJobTitle(job: Job | OpenJob): string {
  const { t } = useTranslation();
  const kind = kindOf(job);
  return t(`job.kind.${kind}`, { defaultValue: kind });
}

/** In a table's cell: what is being done, and how far it is. */
export function JobInline({ job }: { job: Job | OpenJob }) {
  const { t } = useTranslation();
  const what = t(`job.doing.${job.kind}`, { defaultValue: job.kind });
  return (
    <span className="ol-state ol-quiet" role="status">
      <Spinner size="sm" aria-label={what} />
      <span>
        {job.state === "unknown" ? t("job.state.unknown") : what}
        {job.progress > 0 && ` ${job.progress} %`}
      </span>
    </span>
  );
}

/** A running job with all that is known of it, and Cancel where that is real. */
export function JobProgress({ job, title }: { job: Job | OpenJob; title?: string }) {
  const { t, i18n } = useTranslation();
  const cancel = useCancelJob();
  const what = useJobTitle(job);
  const transfer = isWhole(job) ? job.transfer : null;
  const parts = [job.state === "running" ? job.step : t(`job.state.${job.state}`)];
  if (transfer && transfer.total_bytes > 0) {
    parts.push(
      t("job.bytes", {
        done: bytes(transfer.processed_bytes, i18n.language),
        total: bytes(transfer.total_bytes, i18n.language),
      }),
    );
    if (transfer.rate_bytes > 0) {
      parts.push(t("job.rate", { rate: bytes(transfer.rate_bytes, i18n.language) }));
      parts.push(t("job.left", { time: duration(transfer.remaining_bytes / transfer.rate_bytes, i18n.language) }));
    }
  }
  return (
    <div className="ol-job">
      <Progress
        id={`job-${job.id}`}
        value={job.progress}
        title={title ?? what}
        size={ProgressSize.sm}
        measureLocation={ProgressMeasureLocation.top}
        helperText={parts.filter(Boolean).join(" · ")}
        aria-live="off"
      />
      {isWhole(job) && job.cancellable && (
        <Button
          variant="secondary"
          size="sm"
          isLoading={cancel.isPending}
          isDisabled={cancel.isPending || cancel.isSuccess}
          onClick={() => cancel.mutate(job.id)}
        >
          {t("cancel")}
        </Button>
      )}
      <ProblemAlert error={cancel.error} />
    </div>
  );
}
