import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Chart } from "../../ui/Chart";
import { FactsSkeleton } from "../../ui/Facts";
import { bytes } from "../../ui/format";
import { ProblemAlert } from "../../ui/Problems";
import { byteSplits, summaryOf } from "../../ui/series";
import { useTrend } from "../queries";
import type { Pool } from "../shapes";

const LEAST_POINTS = 2;

/** How full it was in the last days. */
export default function Trend({ pool }: { pool: Pool }) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const query = useTrend(pool.id);
  const samples = query.data?.samples;
  const times = useMemo(() => (samples ?? []).map(({ at }) => new Date(at).getTime() / 1000), [samples]);
  const lines = useMemo(
    () => [
      { label: t("storage.used"), values: (samples ?? []).map((one) => one.capacity_bytes - one.available_bytes) },
      { label: t("storage.capacity"), values: (samples ?? []).map((one) => one.capacity_bytes) },
    ],
    [samples, t],
  );
  if (query.isError && !samples) return <ProblemAlert error={query.error} />;
  if (!samples) return <FactsSkeleton rows={3} />;
  if (samples.length < LEAST_POINTS) return <p className="ol-quiet">{t("storage.trendSoon")}</p>;
  const format = (value: number) => bytes(value, language);
  const { now, most, mean } = summaryOf(lines[0]?.values ?? []);
  const said = (value: number | null) => (value === null ? "–" : format(value));
  return (
    <Chart
      title={t("storage.trend")}
      times={times}
      lines={lines}
      format={format}
      splits={byteSplits}
      least={pool.capacity_bytes}
      days
      summary={t("storage.trendSummary", { now: said(now), most: said(most), mean: said(mean) })}
      language={language}
    />
  );
}
