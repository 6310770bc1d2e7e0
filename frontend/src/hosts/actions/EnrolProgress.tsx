import { Alert, AlertActionLink, Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Job } from "../../api/types";
import { JobProgress } from "../../jobs/JobProgress";
import { isOpen, jobQuery } from "../../jobs/queries";
import { unwatchJob, watchJob } from "../../jobs/watched";
import { Checks } from "./Checks";
import { checksOf } from "./findings";

const POLL_MS = 2_000;
const NOT_READY = "machine_not_ready";

/** How the enrolment goes; when it fails, why, and the way to the host, which stays to be corrected. */
export function EnrolProgress({ job: begun, onClose }: { job: Job; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: job = begun } = useQuery({
    ...jobQuery(begun.id),
    initialData: begun,
    refetchInterval: ({ state }) => (state.data && !isOpen(state.data) ? false : POLL_MS),
  });
  const { name, id } = job.object;
  const open = isOpen(job);
  // While this is shown it tells how the job ends; closed before the end, a toast does.
  const stillOpen = useRef(open);
  useEffect(() => {
    stillOpen.current = open;
  }, [open]);
  useEffect(() => {
    unwatchJob(begun.id);
    return () => {
      if (stillOpen.current) watchJob(begun.id);
    };
  }, [begun.id]);
  // What the machine lacks is said check by check below.
  const lacking = job.error?.code === NOT_READY ? checksOf(job).filter(({ ok, required }) => required && !ok).length : 0;
  const show = () => {
    onClose();
    void navigate(`/hosts/${id}`);
  };
  return (
    <div className="ol-stack">
      {open && <JobProgress job={job} title={t("host.add.enrolling", { name })} />}
      {job.state === "succeeded" && (
        <Alert isInline variant="success" title={t("host.add.done", { name })} actionLinks={<AlertActionLink onClick={show}>{t("job.show", { name })}</AlertActionLink>} />
      )}
      {(job.state === "failed" || job.state === "cancelled") && (
        <Alert
          isInline
          variant="danger"
          title={t("host.add.failed", { name })}
          actionLinks={<AlertActionLink onClick={show}>{t("host.add.correct")}</AlertActionLink>}
        >
          {lacking > 0 ? t("host.add.lacks", { count: lacking }) : job.error?.detail}
        </Alert>
      )}
      <Checks job={job} />
      <div>
        <Button variant={open ? "secondary" : "primary"} onClick={onClose}>
          {t("close")}
        </Button>
        {open && <span className="ol-quiet"> {t("host.add.goesOn")}</span>}
      </div>
    </div>
  );
}
