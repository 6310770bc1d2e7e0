import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { useMaySomewhere } from "../access/queries";
import { api, type Query } from "../api/client";
import type { Job, JobState, OpenJob, Page } from "../api/types";
import { keys } from "../live/keys";
import { watchJob } from "./watched";

export const OPEN_STATES: readonly JobState[] = ["running", "queued", "unknown"];
export const JOB_STATES: readonly JobState[] = [...OPEN_STATES, "succeeded", "failed", "cancelled"];
const SAFETY_POLL_MS = 15_000;

export const isOpen = (job: { state: JobState }): boolean => OPEN_STATES.includes(job.state);

export function useJobs(query: Query, wanted = true) {
  return useQuery({
    queryKey: keys.list("job", query),
    queryFn: ({ signal }) => api.get<Page<Job>>("/jobs/", query, signal),
    placeholderData: keepPreviousData,
    enabled: wanted,
  });
}

/** All jobs that are not over, newest first. The frame keeps it read, so it is at hand everywhere. */
export function useOpenJobs() {
  return useQuery({
    queryKey: keys.list("job", "open"),
    queryFn: ({ signal }) => api.get<Page<Job>>("/jobs/", { state: OPEN_STATES, limit: 100 }, signal),
    refetchInterval: SAFETY_POLL_MS,
    enabled: useMaySomewhere("job.read"),
  });
}

/** The open job of an object: as the list of open jobs has it (with progress), else as the object itself shows it. */
export function useJobOf(object: { id: string; job: OpenJob | null }): Job | OpenJob | null {
  const open = useOpenJobs();
  return open.data?.results.find((job) => job.object.id === object.id) ?? object.job;
}

export function jobQuery(id: string) {
  return {
    queryKey: keys.one("job", id),
    queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Job>(`/jobs/${id}/`, {}, signal),
  };
}

export function useCancelJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.post<Job>(`/jobs/${id}/cancel/`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["job"] }),
  });
}

/** Whatever shows the object is read again. */
export function refreshObject(client: QueryClient, object: { kind: string; id: string }): void {
  void client.invalidateQueries({ queryKey: keys.one(object.kind, object.id) });
  void client.invalidateQueries({ queryKey: [object.kind, "list"] });
}

/** Ask for something that becomes a job: its end is told by a toast, also after a reload. */
export function useJobRequest<Arguments>(request: (args: Arguments) => Promise<Job>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: request,
    onSuccess: (job) => {
      watchJob(job.id);
      client.setQueryData(keys.one("job", job.id), job);
      void client.invalidateQueries({ queryKey: ["job", "list"] });
      refreshObject(client, job.object);
    },
  });
}
