import { useEffect, useState } from "react";

import type { Job, OpenJob } from "../api/types";

const SOON_OVER_MS = 1_200;
const MIGRATION = "domain.migrate"; // always worth watching

/** Whether a job takes long enough to make room for it: most are over before one could read of them. */
export function useLasting(job: Job | OpenJob | null): boolean {
  const id = job?.id ?? null;
  const [lasting, setLasting] = useState<string | null>(null);
  useEffect(() => {
    if (id === null) return;
    const timer = setTimeout(() => setLasting(id), SOON_OVER_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return id !== null && (lasting === id || job?.kind === MIGRATION);
}
