import { ExpandableSection, List, ListItem } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Job, JobState as State } from "../api/types";
import { FactsSkeleton } from "../ui/Facts";
import { objectPath } from "../ui/objectPath";
import { ProblemAlert } from "../ui/Problems";
import { JobState } from "./JobState";
import { isOpen, useJobs } from "./queries";

const MOST = 100;

/** One of the objects that a job is about: how far it is, or how it ended. */
interface Part {
  object: { kind: string; id: string; name: string };
  state: State;
  progress?: number;
  error: { code: string; detail: string } | null;
}

/** The parts of a job about many objects, folded behind their count. */
export function ChildJobs({ job, open = false }: { job: Job; open?: boolean }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(open);
  if (!job.children) return null;
  const { total, succeeded, failed } = job.children;
  return (
    <ExpandableSection
      isExpanded={opened}
      onToggle={(_event, wanted) => setOpened(wanted)}
      toggleText={[t("job.partsDone", { done: succeeded, count: total }), failed > 0 && t("job.partsFailed", { count: failed })].filter(Boolean).join(" · ")}
    >
      {opened && <Parts job={job} />}
    </ExpandableSection>
  );
}

function Parts({ job }: { job: Job }) {
  const { t } = useTranslation();
  // What was refused before it was a job of its own is told by the parent, at its end.
  const told = isOpen(job) ? null : ((job.result as { children?: Part[] } | null)?.children ?? null);
  const query = useJobs({ parent: job.id, limit: MOST, ordering: "object" }, told === null);
  const parts: readonly Part[] | undefined = told ?? query.data?.results;
  if (!parts) return query.isError ? <ProblemAlert error={query.error} /> : <FactsSkeleton rows={3} />;
  const rest = Math.max(0, parts.length - MOST) + (told ? 0 : (query.data?.count ?? 0) - parts.length);
  return (
    <>
      <List isPlain aria-label={t("job.parts")}>
        {parts.slice(0, MOST).map((part) => {
          const path = part.state === "failed" && job.kind.includes("create") ? null : objectPath(part.object);
          return (
            <ListItem key={part.object.id}>
              <span className="ol-part-of-job">
                <JobState state={part.state} />
                {path ? <Link to={path}>{part.object.name}</Link> : part.object.name}
                {part.state === "running" && (part.progress ?? 0) > 0 && <span className="ol-quiet">{part.progress} %</span>}
              </span>
              {part.error && <div className="ol-quiet">{part.error.detail}</div>}
            </ListItem>
          );
        })}
      </List>
      {rest > 0 && <p className="ol-quiet">{t("job.more", { count: rest })}</p>}
    </>
  );
}
