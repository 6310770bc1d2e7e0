import {
  Button,
  DataListAction,
  DataListCell,
  DataListItem,
  DataListItemCells,
  DataListItemRow,
  Progress,
  ProgressMeasureLocation,
  ProgressSize,
} from "@patternfly/react-core";
import { FolderOpenIcon, PauseIcon, PlayIcon, TimesIcon } from "@patternfly/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { isOpen, jobQuery } from "../../jobs/queries";
import { bytes, duration } from "../../ui/format";
import { uploads, type Sending } from "./uploads";

const POLL_MS = 1_000;

/** One file on its way. `unseen`: the panel is folded, but how it ends is still heard. */
export function UploadRow({ upload, unseen = false }: { upload: Sending; unseen?: boolean }) {
  const { t } = useTranslation();
  useEnd(upload);
  const { key, name, state } = upload;
  const [other, setOther] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  if (unseen) return null;
  const label = (what: "pause" | "resume" | "cancel" | "choose" | "dismiss") => ({ "aria-label": t(`upload.${what}`, { name }), title: t(`upload.${what}`, { name }) });
  return (
    <DataListItem aria-labelledby={`${key}-name`}>
      <DataListItemRow>
        <DataListItemCells
          dataListCells={[
            <DataListCell key="progress" wrapModifier="breakWord">
              <Progress
                id={key}
                title={
                  <span id={`${key}-name`}>
                    {name} <Link to={`/storage?pool=${upload.pool.id}`}>{upload.pool.name}</Link>
                  </span>
                }
                value={upload.size === 0 ? 100 : Math.floor((upload.sent / upload.size) * 100)}
                size={ProgressSize.sm}
                measureLocation={ProgressMeasureLocation.top}
                variant={state === "failed" ? "danger" : state === "done" ? "success" : undefined}
                helperText={<Where upload={upload} other={other} />}
              />
            </DataListCell>,
          ]}
        />
        <DataListAction id={`${key}-actions`} aria-label={t("upload.actionsOf", { name })} aria-labelledby={`${key}-name`}>
          {(state === "sending" || state === "waiting") && <Button variant="plain" size="sm" icon={<PauseIcon />} {...label("pause")} onClick={() => uploads.pause(key)} />}
          {(state === "paused" || (state === "failed" && upload.sent < upload.size)) && (
            <Button variant="plain" size="sm" icon={<PlayIcon />} {...label("resume")} onClick={() => uploads.resume(key)} />
          )}
          {state === "left" && <Button variant="plain" size="sm" icon={<FolderOpenIcon />} {...label("choose")} onClick={() => input.current?.click()} />}
          {state === "done" ? (
            <Button variant="plain" size="sm" icon={<TimesIcon />} {...label("dismiss")} onClick={() => uploads.dismiss(key)} />
          ) : (
            <Button variant="plain" size="sm" icon={<TimesIcon />} {...label("cancel")} onClick={() => void uploads.cancel(key)} />
          )}
          <input
            ref={input}
            type="file"
            hidden
            data-upload={name}
            onChange={({ target }) => {
              const file = target.files?.[0];
              if (file) setOther(uploads.reclaim(key, file) ? null : file.name);
              target.value = ""; // the same one can be chosen once more
            }}
          />
        </DataListAction>
      </DataListItemRow>
    </DataListItem>
  );
}

/** How far, how fast, how long, or why not. */
function Where({ upload, other }: { upload: Sending; other: string | null }) {
  const { t, i18n } = useTranslation();
  const { state, sent, size, rate, error } = upload;
  const said = (value: number) => bytes(value, i18n.language);
  const far = t("job.bytes", { done: said(sent), total: said(size) });
  switch (state) {
    case "sending":
      return <>{[far, rate > 0 && t("job.rate", { rate: said(rate) }), rate > 0 && t("job.left", { time: duration((size - sent) / rate, i18n.language) })].filter(Boolean).join(" · ")}</>;
    case "failed":
      return <>{error}</>;
    case "left":
      return <>{other === null ? `${far} · ${t("upload.state.left")}` : t("upload.otherFile", { file: other })}</>;
    case "done":
      return <>{`${said(size)} · ${t("upload.state.done")}`}</>;
    default:
      return <>{`${far} · ${t(`upload.state.${state}`)}`}</>;
  }
}

/** The last word is the server's: the sum may differ, or the content be of another format. */
function useEnd({ key, id, state }: Sending): void {
  const checking = state === "checking" && id !== null;
  const { data: job } = useQuery({ ...jobQuery(id ?? ""), enabled: checking, refetchInterval: checking ? POLL_MS : false });
  useEffect(() => {
    if (!checking || !job || isOpen(job)) return;
    uploads.ended(key, job.state === "succeeded" ? null : (job.error?.detail ?? ""));
  }, [checking, job, key]);
}
