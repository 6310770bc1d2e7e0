import type { Job } from "../../api/types";

/** One thing that was looked at on a machine that should become a host. */
export interface Check {
  code: string;
  ok: boolean;
  required: boolean;
  detail: string;
}

/** What a job of adding a host found on the machine. */
export const checksOf = (job: Job): readonly Check[] => (job.result as { checks?: Check[] } | null)?.checks ?? [];
