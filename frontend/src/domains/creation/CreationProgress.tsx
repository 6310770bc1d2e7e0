import { Alert, AlertActionLink, Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { ChildJobs } from "../../jobs/ChildJobs";
import { JobProgress } from "../../jobs/JobProgress";
import { isOpen, jobQuery } from "../../jobs/queries";
import { unwatchJob } from "../../jobs/watched";
import { FactsSkeleton } from "../../ui/Facts";
import { ProblemPage } from "../../ui/Problems";

const POLL_MS = 2_000;

interface CreationProgressProps {
  id: string;
  /** Back to the form as it was filled. */
  onBack: () => void;
}

/** How the making goes. Of one it leads to its page when it is there; of many it stays with them. */
export function CreationProgress({ id, onBack }: CreationProgressProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const query = useQuery({ ...jobQuery(id), refetchInterval: ({ state }) => (state.data && !isOpen(state.data) ? false : POLL_MS) });
  const job = query.data;
  const made = job?.state === "succeeded" && job.object.kind === "domain" ? job.object.id : null;
  useEffect(() => {
    if (made === null) return;
    unwatchJob(id); // its end is told by the page that opens
    void navigate(`/domains/${made}`, { replace: true });
  }, [made, id, navigate]);

  if (query.isError && !job) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!job || made !== null) return <FactsSkeleton />;
  const { name } = job.object;
  return (
    <div className="ol-stack">
      {isOpen(job) && <JobProgress job={job} title={t("creation.making", { name })} />}
      {job.state === "succeeded" && <Alert isInline variant="success" title={job.children ? t("creation.madeMany", { count: job.children.total }) : t("creation.made", { name })} />}
      {(job.state === "failed" || job.state === "cancelled") && (
        <Alert
          isInline
          variant="danger"
          title={job.children ? t("creation.failedMany", { count: job.children.total, failed: job.children.total - job.children.succeeded }) : t("creation.failed", { name })}
          actionLinks={<AlertActionLink onClick={onBack}>{t("creation.back")}</AlertActionLink>}
        >
          {job.error?.detail}
        </Alert>
      )}
      <ChildJobs job={job} open />
      <div>
        <Button variant={isOpen(job) ? "secondary" : "primary"} onClick={() => void navigate("/domains")}>
          {t("creation.toList")}
        </Button>
        {isOpen(job) && <span className="ol-quiet"> {t("creation.goesOn")}</span>}
      </div>
    </div>
  );
}
