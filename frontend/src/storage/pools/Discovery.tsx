import { Alert, Button, Spinner } from "@patternfly/react-core";
import { SearchIcon } from "@patternfly/react-icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { Job } from "../../api/types";
import { isOpen, jobQuery } from "../../jobs/queries";
import { ProblemAlert } from "../../ui/Problems";
import type { PoolType } from "../shapes";
import { hostText, needsPart, sourceOf, type PoolForm, type Source } from "./poolForm";

const POLL_MS = 1_000;

interface DiscoveryProps {
  form: UseFormReturn<PoolForm>;
  values: PoolForm;
  type: PoolType;
}

/** Have the host look what there is, and take one of it. */
export function Discovery({ form, values, type }: DiscoveryProps) {
  const { t } = useTranslation();
  const [job, setJob] = useState<string | null>(null);
  const source = sourceOf(values, type);
  const ask = useMutation({
    mutationFn: () => api.post<Job>("/pools/discover/", { host: values.host, type: values.type, source: { ...(source.hosts && { hosts: source.hosts }), ...(source.initiator && { initiator: source.initiator }) } }),
    onSuccess: ({ id }) => setJob(id),
  });
  const query = useQuery({ ...jobQuery(job ?? ""), enabled: job !== null, refetchInterval: ({ state }) => (state.data && !isOpen(state.data) ? false : POLL_MS) });
  const looking = ask.isPending || (job !== null && (!query.data || isOpen(query.data)));
  const found = query.data?.state === "succeeded" ? ((query.data.result as { sources?: Source[] } | null)?.sources ?? []) : null;
  const ready = values.host !== "" && (!needsPart(type, "hosts") || source.hosts !== undefined);

  const take = (one: Source) => {
    if (one.hosts?.length) form.setValue("hosts", one.hosts.map(hostText).join("\n"));
    if (one.dir) form.setValue("dir", one.dir);
    if (one.devices?.length) form.setValue("devices", one.devices.join("\n"));
    if (one.name) form.setValue("source_name", one.name);
    if (one.format && type.formats.includes(one.format)) form.setValue("format", one.format);
  };
  return (
    <section className="ol-stack" aria-label={t("storage.discover.title")} aria-live="polite">
      <div className="ol-actions">
        <Button variant="secondary" icon={looking ? <Spinner size="md" aria-label={t("storage.discover.looking")} /> : <SearchIcon />} isDisabled={!ready || looking} onClick={() => ask.mutate()}>
          {t("storage.discover.find")}
        </Button>
        <span className="ol-quiet">{t(looking ? "storage.discover.looking" : "storage.discover.help")}</span>
      </div>
      <ProblemAlert error={ask.error ?? query.error} />
      {query.data?.state === "failed" && <Alert isInline variant="danger" title={t("storage.discover.failed")}>{query.data.error?.detail}</Alert>}
      {found?.length === 0 && <p className="ol-quiet">{t("storage.discover.nothing")}</p>}
      {found !== null && found.length > 0 && (
        <ul className="ol-stack" aria-label={t("storage.discover.found")}>
          {found.map((one) => {
            const words = [one.hosts?.map(hostText).join(", "), one.name, one.dir, one.devices?.join(", "), one.format].filter(Boolean).join(" · ");
            return (
              <li key={words}>
                <Button variant="link" isInline onClick={() => take(one)}>
                  {words}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
