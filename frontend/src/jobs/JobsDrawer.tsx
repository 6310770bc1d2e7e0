import {
  NotificationDrawer,
  NotificationDrawerBody,
  NotificationDrawerHeader,
  NotificationDrawerList,
  NotificationDrawerListItem,
  NotificationDrawerListItemBody,
  NotificationDrawerListItemHeader,
} from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Job } from "../api/types";
import { objectPath } from "../ui/objectPath";
import { ProblemAlert } from "../ui/Problems";
import { When } from "../ui/Values";
import { ChildJobs } from "./ChildJobs";
import { JobProgress, useJobTitle } from "./JobProgress";
import { isOpen, useJobs, useOpenJobs } from "./queries";

const RECENT = 15;

/** All jobs at a glance: the running ones first, then how the latest ended. */
export function JobsDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const open = useOpenJobs();
  const recent = useJobs({ limit: RECENT, parent: "none" });
  const running = (open.data?.results ?? []).filter((job) => job.parent === null);
  const ended = (recent.data?.results ?? []).filter((job) => !isOpen(job));
  return (
    <NotificationDrawer aria-label={t("job.title")}>
      <NotificationDrawerHeader title={t("job.title")} customText={t("job.running", { count: running.length })} onClose={onClose}>
        <Link to="/jobs" onClick={onClose}>
          {t("job.all")}
        </Link>
      </NotificationDrawerHeader>
      <NotificationDrawerBody>
        <ProblemAlert error={open.error ?? recent.error} />
        <NotificationDrawerList aria-label={t("job.title")}>
          {running.map((job) => (
            <RunningItem key={job.id} job={job} />
          ))}
          {ended.map((job) => (
            <EndedItem key={job.id} job={job} />
          ))}
        </NotificationDrawerList>
        {recent.isSuccess && running.length + ended.length === 0 && <p className="ol-drawer-empty">{t("job.none")}</p>}
      </NotificationDrawerBody>
    </NotificationDrawer>
  );
}

function ObjectLink({ job }: { job: Job }) {
  const path = objectPath(job.object);
  return path ? <Link to={path}>{job.object.name}</Link> : <>{job.object.name}</>;
}

function RunningItem({ job }: { job: Job }) {
  const what = useJobTitle(job);
  return (
    <NotificationDrawerListItem variant="info" isHoverable={false} tabIndex={-1}>
      <NotificationDrawerListItemBody timestamp={<When at={job.created_at} />}>
        <JobProgress job={job} title={`${what}: ${job.object.name}`} />
        {job.children ? <ChildJobs job={job} /> : <ObjectLink job={job} />}
      </NotificationDrawerListItemBody>
    </NotificationDrawerListItem>
  );
}

function EndedItem({ job }: { job: Job }) {
  const { t } = useTranslation();
  const what = useJobTitle(job);
  const variant = job.state === "failed" ? "danger" : job.state === "succeeded" ? "success" : "custom";
  return (
    <NotificationDrawerListItem variant={variant} isRead isHoverable={false} tabIndex={-1}>
      <NotificationDrawerListItemHeader
        variant={variant}
        title={`${what}: ${job.object.name}`}
        srTitle={t(`job.state.${job.state}`)}
      />
      <NotificationDrawerListItemBody timestamp={<When at={job.finished_at} />}>
        {job.error?.detail} {job.children ? <ChildJobs job={job} /> : <ObjectLink job={job} />}
      </NotificationDrawerListItemBody>
    </NotificationDrawerListItem>
  );
}
