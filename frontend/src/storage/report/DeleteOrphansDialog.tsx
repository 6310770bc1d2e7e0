import { Alert } from "@patternfly/react-core";
import { useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { Job, Plan } from "../../api/types";
import { watchJob } from "../../jobs/watched";
import { FactsSkeleton } from "../../ui/Facts";
import { FormDialog } from "../../ui/FormDialog";
import { bytes } from "../../ui/format";
import type { Orphan } from "../shapes";

const MOST_NAMED = 12;

/** One question for many: what goes, how much that frees, and what stays because something stands against it. */
export function DeleteOrphansDialog({ volumes, onClose, onDone }: { volumes: readonly Orphan[]; onClose: () => void; onDone: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const plans = useQueries({
    queries: volumes.map(({ id }) => ({
      queryKey: ["plan", "DELETE", id],
      queryFn: () => api.delete<Plan>(`/volumes/${id}/`, { plan: 1 }),
      retry: false,
      gcTime: 0,
      staleTime: Infinity,
    })),
  });
  const known = plans.every(({ isPending }) => !isPending);
  const going = volumes.filter((_volume, at) => plans[at]?.data?.allowed === true);
  const staying = volumes.flatMap((volume, at) => {
    const { data, error } = plans[at] ?? {};
    if (data?.allowed !== false && !error) return [];
    const why = error ? [asProblem(error).message] : (data?.checks ?? []).filter(({ ok }) => !ok).map(({ detail }) => detail);
    return [{ volume, why: why.join(" ") }];
  });
  const [refused, setRefused] = useState<readonly string[]>([]);
  const remove = useMutation({
    mutationFn: () => Promise.allSettled(going.map(({ id }) => api.delete<Job>(`/volumes/${id}/`))),
    onSuccess: (answers) => {
      const failed = answers.flatMap((answer, at) => (answer.status === "rejected" ? [`${going[at]?.name}: ${asProblem(answer.reason).message}`] : []));
      answers.forEach((answer) => answer.status === "fulfilled" && watchJob(answer.value.id));
      void client.invalidateQueries({ queryKey: ["job", "list"] });
      void client.invalidateQueries({ queryKey: ["volume", "list"] });
      onDone();
      if (failed.length === 0) onClose();
      else setRefused(failed);
    },
  });
  const freed = going.reduce((sum, { allocation_bytes }) => sum + allocation_bytes, 0);
  return (
    <FormDialog
      title={t("report.deleteTitle", { count: volumes.length })}
      submit={t("report.delete", { count: going.length })}
      danger
      busy={remove.isPending}
      disabled={!known || going.length === 0 || refused.length > 0}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      {!known && <FactsSkeleton rows={3} />}
      {known && going.length > 0 && (
        <div>
          <p>{t("report.lost", { count: going.length, size: bytes(freed, i18n.language) })}</p>
          <ul className="ol-lost">
            {going.slice(0, MOST_NAMED).map(({ id, path, host }) => (
              <li key={id}>
                <code className="ol-break">{path}</code> <span className="ol-quiet">{host.name}</span>
              </li>
            ))}
            {going.length > MOST_NAMED && <li className="ol-quiet">{t("job.more", { count: going.length - MOST_NAMED })}</li>}
          </ul>
        </div>
      )}
      {known && staying.length > 0 && (
        <Alert isInline variant="warning" title={t("report.staying", { count: staying.length })}>
          <ul>
            {staying.map(({ volume, why }) => (
              <li key={volume.id}>
                {volume.name}: {why}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {refused.length > 0 && (
        <Alert isInline variant="danger" title={t("report.refused", { count: refused.length })}>
          <ul>
            {refused.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Alert>
      )}
    </FormDialog>
  );
}
