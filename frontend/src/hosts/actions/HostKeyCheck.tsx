import { Alert, Button, Checkbox } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useWatch, type UseFormReturn } from "react-hook-form";
import { Trans, useTranslation } from "react-i18next";

import { isOpen, jobQuery, useJobRequest } from "../../jobs/queries";
import { unwatchJob } from "../../jobs/watched";
import { ProblemAlert } from "../../ui/Problems";
import { Copyable } from "../../ui/Values";
import { HOST_KEY_COMMAND } from "../hostKey";
import { probe } from "../queries";
import { parseURI } from "../uri";
import { uriOf, type HostForm } from "./hostForm";

const POLL_MS = 500;

interface Shown {
  host_key?: { type: string; fingerprint: string };
}

/** Ask the machine for its SSH key, show it with the way to compare it, and take the person's word for it. */
export function HostKeyCheck({ form }: { form: UseFormReturn<HostForm> }) {
  const { t } = useTranslation();
  const values = useWatch({ control: form.control }) as HostForm;
  const request = useJobRequest(probe);
  const parts = parseURI(uriOf(values));
  const where = `${parts?.host ?? ""}:${parts?.port ?? ""}`;
  const [asked, setAsked] = useState("");
  const id = request.data?.id ?? "";
  const { data: job } = useQuery({
    ...jobQuery(id),
    enabled: id !== "",
    refetchInterval: ({ state }) => (state.data && !isOpen(state.data) ? false : POLL_MS),
  });
  // What was compared was another machine's.
  const { setValue } = form;
  useEffect(() => setValue("host_key", ""), [where, setValue]);

  const current = asked === where;
  const busy = request.isPending || (current && job !== undefined && isOpen(job));
  const key = current && job?.state === "succeeded" ? (job.result as Shown | null)?.host_key : undefined;
  const answered = key !== undefined || (current && job?.state === "failed");
  const whole = useRef<HTMLDivElement>(null);
  // The dialog may be longer than the window, and this near its lower edge.
  useEffect(() => {
    if (answered) whole.current?.scrollIntoView({ block: "nearest" });
  }, [answered]);
  const check = () => {
    setAsked(where);
    request.mutate({ address: parts?.host ?? "", ...(parts?.port && { port: Number(parts.port) }) }, { onSuccess: (begun) => unwatchJob(begun.id) });
  };
  if (!parts?.host) return null;
  return (
    <div className="ol-stack" ref={whole}>
      <div>
        <Button variant="secondary" isLoading={busy} isDisabled={busy} onClick={check}>
          {t("host.hostKey.check")}
        </Button>{" "}
        <span className="ol-quiet">{t("host.hostKey.why")}</span>
      </div>
      <ProblemAlert error={request.error} />
      {current && job?.state === "failed" && <Alert isInline variant="danger" title={job.error?.detail ?? ""} />}
      {key && (
        <Alert isInline variant="info" title={t("host.hostKey.shown", { address: parts.host })}>
          <div className="ol-stack">
            <p>
              <Copyable>{`${key.type} ${key.fingerprint}`}</Copyable>
            </p>
            <p>
              <Trans i18nKey="host.hostKey.compare" values={{ command: HOST_KEY_COMMAND }} components={{ code: <code className="ol-break" /> }} />
            </p>
            <Checkbox
              id="host-key-compared"
              label={t("host.hostKey.compared")}
              isChecked={values.host_key === key.fingerprint}
              onChange={(_event, yes) => form.setValue("host_key", yes ? key.fingerprint : "")}
            />
          </div>
        </Alert>
      )}
    </div>
  );
}
