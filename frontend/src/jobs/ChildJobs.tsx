import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { FactsSkeleton } from "../ui/Facts";
import { objectPath } from "../ui/objectPath";
import { ProblemAlert } from "../ui/Problems";
import { JobState } from "./JobState";
import { useJobs } from "./queries";

const MOST = 100;

/** The parts of one job on many objects, each with how far it is or how it ended. */
export function ChildJobs({ parent }: { parent: string }) {
  const { t } = useTranslation();
  const query = useJobs({ parent, limit: MOST, ordering: "object" });
  if (query.isPending) return <FactsSkeleton rows={3} />;
  const rest = (query.data?.count ?? 0) - (query.data?.results.length ?? 0);
  return (
    <>
      <ProblemAlert error={query.error} />
      <List isPlain aria-label={t("job.parts")}>
        {query.data?.results.map((job) => {
          const path = objectPath(job.object);
          return (
            <ListItem key={job.id} className="ol-child">
              <JobState state={job.state} /> {path ? <Link to={path}>{job.object.name}</Link> : job.object.name}
              {job.state === "running" && job.progress > 0 && <span className="ol-quiet"> {job.progress} %</span>}
              {job.error && <div className="ol-quiet">{job.error.detail}</div>}
            </ListItem>
          );
        })}
      </List>
      {rest > 0 && <p className="ol-quiet">{t("job.more", { count: rest })}</p>}
    </>
  );
}
