import { ClipboardCopy, Tooltip } from "@patternfly/react-core";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { ago, bytes } from "./format";

export function Bytes({ value }: { value: number | null | undefined }) {
  const { t, i18n } = useTranslation();
  if (value === null || value === undefined) return <>–</>;
  const exact = t("exactBytes", { count: value, formatted: new Intl.NumberFormat(i18n.language).format(value) });
  return <span title={exact}>{bytes(value, i18n.language)}</span>;
}

// One clock for every relative time of the page.
const TICK_MS = 5_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    listeners.forEach((each) => each());
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time of the page's clock, which ticks every few seconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

export function useAgo(at: string | null | undefined): string {
  const { i18n } = useTranslation();
  const current = useNow();
  if (!at) return "–";
  const then = new Date(at);
  // The clock ticks coarsely: what has just happened must not read as the future.
  const ahead = then.getTime() - current;
  return ago(then, new Date(ahead > 0 && ahead < 2 * TICK_MS ? then.getTime() : current), i18n.language);
}

export function When({ at }: { at: string | null | undefined }) {
  const { i18n } = useTranslation();
  const text = useAgo(at);
  if (!at) return <>–</>;
  const exact = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
  return (
    <Tooltip content={exact}>
      <time dateTime={at} className="ol-nowrap">
        {text}
      </time>
    </Tooltip>
  );
}

/** An address or a UUID: monospace, with a copy button. */
export function Copyable({ children }: { children: string }) {
  const { t } = useTranslation();
  return (
    <ClipboardCopy variant="inline-compact" isCode hoverTip={t("copy")} clickTip={t("copied")}>
      {children}
    </ClipboardCopy>
  );
}
