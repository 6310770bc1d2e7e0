import { Alert, AlertActionCloseButton, Button, DatePicker, ToolbarGroup, ToolbarItem } from "@patternfly/react-core";
import { DownloadIcon, ShieldAltIcon } from "@patternfly/react-icons";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { api, queryString } from "../../api/client";
import { download } from "../../ui/download";
import { ProblemAlert } from "../../ui/Problems";
import { ListPage } from "../Listed";
import type { Verified } from "../shapes";
import { AuditTable } from "./AuditTable";
import { periodQuery } from "./period";

/** The log of who asked for what: searched, exported, and proved to be whole. */
export default function AuditPage() {
  const { t, i18n } = useTranslation();
  const [params, setParams] = useSearchParams();
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  const verify = useMutation({ mutationFn: () => api.post<Verified>("/audit/verify/") });
  const pick = (name: string, day: string) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (day === "") after.delete(name);
        else if (/^\d{4}-\d{2}-\d{2}$/.test(day)) after.set(name, day);
        else return before; // still being typed
        after.delete("page");
        after.delete("when");
        return after;
      },
      { replace: true },
    );
  const day = (name: "from" | "to", value: string) => (
    <ToolbarItem>
      <DatePicker
        value={value}
        aria-label={t(`audit.day.${name}`)}
        placeholder={t(`audit.day.${name}`)}
        buttonAriaLabel={t(`audit.day.${name}`)}
        locale={i18n.language}
        invalidFormatText={t("audit.day.invalid")}
        onChange={(_event, text) => pick(name, text)}
      />
    </ToolbarItem>
  );
  return (
    <ListPage
      title={t("admin.audit.many")}
      above={verify.isSuccess || verify.isError ? <Outcome verified={verify.data} error={verify.error} onClose={verify.reset} /> : undefined}
      actions={
        <div className="ol-actions">
          <Button variant="secondary" icon={<ShieldAltIcon />} isLoading={verify.isPending} isDisabled={verify.isPending} onClick={() => verify.mutate()}>
            {t("audit.verify")}
          </Button>
          <Button
            variant="secondary"
            icon={<DownloadIcon />}
            onClick={() => download(`/audit/export/${queryString(periodQuery(params.get("when") ?? undefined, from, to, Date.now()))}`, "audit.jsonl")}
          >
            {t("audit.export")}
          </Button>
        </div>
      }
    >
      <AuditTable
        from={from}
        to={to}
        besideFilters={
          <ToolbarGroup>
            {day("from", from)}
            {day("to", to)}
          </ToolbarGroup>
        }
      />
    </ListPage>
  );
}

/** Whether every entry is as it was written and none is missing. */
function Outcome({ verified, error, onClose }: { verified?: Verified; error: unknown; onClose: () => void }) {
  const { t } = useTranslation();
  if (!verified) return <ProblemAlert error={error} />;
  return (
    <Alert
      isInline
      variant={verified.valid ? "success" : "danger"}
      title={verified.valid ? t("audit.intact", { count: verified.checked }) : t("audit.broken", { number: verified.broken_at ?? "?" })}
      actionClose={<AlertActionCloseButton onClose={onClose} />}
      aria-live="polite"
    >
      {verified.valid ? t("audit.wholeBody") : `${verified.detail} ${t("audit.brokenBody")}`}
    </Alert>
  );
}
