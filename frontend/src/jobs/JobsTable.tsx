import { EmptyState, EmptyStateBody } from "@patternfly/react-core";
import { TaskIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Job } from "../api/types";
import { DataTable, type Column } from "../ui/DataTable";
import { objectPath } from "../ui/objectPath";
import { useTableState } from "../ui/tableState";
import { When } from "../ui/Values";
import { ChildJobs } from "./ChildJobs";
import { JobInline, JobProgress, useJobTitle } from "./JobProgress";
import { JobState } from "./JobState";
import { isOpen, JOB_STATES, useJobs } from "./queries";

/** The jobs, newest first; with `object` or `host` only theirs. */
export function JobsTable({ object, host }: { object?: string; host?: string }) {
  const { t } = useTranslation();
  const table = useTableState(["state"]);
  const query = useJobs({ ...table.query, object, host, parent: object ?? host ? undefined : "none" });
  const columns: Column<Job>[] = [
    { key: "state", title: t("state"), fit: true, cell: (job) => <JobState state={job.state} /> },
    { key: "kind", title: t("job.what"), cell: (job) => <JobWhat job={job} /> },
    { key: "object", title: t("job.object"), cell: (job) => <JobObject job={job} /> },
    { key: "host", title: t("host.one"), from: "xl", cell: (job) => job.host?.name ?? "–" },
    { key: "by", title: t("job.by"), from: "lg", cell: (job) => job.requested_by?.name ?? t("job.system") },
    { key: "created", title: t("job.created"), sort: "created_at", fit: true, cell: (job) => <When at={job.created_at} /> },
  ];
  return (
    <DataTable
      label={t("job.title")}
      name="jobs"
      columns={object ? columns.filter((column) => column.key !== "object") : columns}
      table={table}
      query={query}
      searchable={false}
      filters={[
        { name: "state", title: t("state"), options: JOB_STATES.map((value) => ({ value, label: t(`job.state.${value}`) })) },
      ]}
      empty={
        <EmptyState titleText={t("job.none")} icon={TaskIcon} headingLevel="h2">
          <EmptyStateBody>{t("job.noneBody")}</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}

function JobWhat({ job }: { job: Job }) {
  const what = useJobTitle(job);
  if (isOpen(job) && (job.cancellable || job.transfer)) {
    return (
      <>
        <JobProgress job={job} />
        <ChildJobs job={job} />
      </>
    );
  }
  return (
    <>
      {what} {isOpen(job) && <JobInline job={job} />}
      <ChildJobs job={job} />
      {job.error && <div className="ol-quiet">{job.error.detail}</div>}
    </>
  );
}

function JobObject({ job }: { job: Job }) {
  const path = objectPath(job.object);
  return path ? <Link to={path}>{job.object.name}</Link> : <>{job.object.name}</>;
}
