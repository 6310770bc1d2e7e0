import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../api/client";
import { asProblem } from "../api/problem";
import type { Job } from "../api/types";
import { download } from "../ui/download";
import { objectPath } from "../ui/objectPath";
import { useToast } from "../ui/toast";
import { kindOf } from "./JobProgress";
import { isOpen, jobQuery, refreshObject, useOpenJobs } from "./queries";
import { unwatchJob, useWatchedJobs, watchJob } from "./watched";

const SAFETY_POLL_MS = 5_000;
const MAKES = /\.(create|clone|import|restore)$/;

/** Tells how the jobs ended that were asked for here, and reads an object again whose job came, moved on or went. */
export function JobWatcher() {
  useToldEnds();
  useFreshObjects();
  return null;
}

function useToldEnds(): void {
  const { t } = useTranslation();
  const say = useToast();
  const client = useQueryClient();
  const ids = useWatchedJobs();
  const results = useQueries({
    queries: ids.map((id) => ({ ...jobQuery(id), refetchInterval: SAFETY_POLL_MS })),
  });

  useEffect(() => {
    results.forEach(({ data: job, error }, at) => {
      const id = ids[at];
      if (id === undefined) return;
      if (error && asProblem(error).missing) unwatchJob(id);
      if (!job || isOpen(job)) return;
      unwatchJob(id);
      refreshObject(client, job.object);
      // Who has made something owns it from now on, and may do more than before.
      if (MAKES.test(job.kind)) void client.invalidateQueries({ queryKey: ["me"], exact: true });
      const path = objectPath(job.object);
      const gone = job.kind.endsWith(".undefine") || job.kind.endsWith(".delete");
      const kept = keptInBin(job);
      const made = exported(job);
      const name = job.object.name;
      const what = t(`job.kind.${kindOf(job)}`, { defaultValue: job.kind });
      say({
        variant: job.state === "succeeded" ? "success" : job.state === "cancelled" ? "info" : "danger",
        title: t(`job.ended.${job.state}`, { what, name }),
        body: job.state === "failed" ? job.error?.detail : undefined,
        link: path && !(gone && job.state === "succeeded") ? { to: path, text: t("job.show", { name }) } : undefined,
        action: kept
          ? {
              text: t("deleted.restore"),
              run: () =>
                void api
                  .post<Job>(`/deleted-domains/${kept}/restore/`)
                  .then((back) => watchJob(back.id))
                  .catch((error: unknown) => say({ variant: "danger", title: t("deleted.refused", { name }), body: asProblem(error).message })),
            }
          : made
            ? { text: t("storage.action.download"), run: () => download(`/volumes/${made.id}/content/`, made.name) }
            : undefined,
      });
    });
  }, [results, ids, client, say, t]);
}

/** The entry of the recycle bin that a deletion has made. */
function keptInBin(job: Job): string | null {
  if (job.kind !== "domain.undefine" || job.state !== "succeeded") return null;
  return (job.result as { deleted_domain?: string } | null)?.deleted_domain ?? null;
}

/** The volume that an export has written. */
function exported(job: Job): { id: string; name: string } | null {
  if (job.kind !== "domain.export" || job.state !== "succeeded") return null;
  return (job.result as { volume?: { id: string; name: string } } | null)?.volume ?? null;
}

function useFreshObjects(): void {
  const client = useQueryClient();
  const open = useOpenJobs().data?.results;
  const before = useRef<ReadonlyMap<string, Job> | null>(null);

  useEffect(() => {
    if (!open) return;
    const now = new Map(open.map((job) => [job.id, job]));
    if (before.current) {
      const ended = [...before.current.values()].filter((job) => !now.has(job.id));
      const came = open.filter((job) => before.current?.get(job.id)?.state !== job.state);
      [...ended, ...came].forEach((job) => refreshObject(client, job.object));
    }
    before.current = now;
  }, [open, client]);
}
