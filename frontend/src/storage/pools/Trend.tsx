import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Chart } from "../../ui/Chart";
import { FactsSkeleton } from "../../ui/Facts";
import { bytes } from "../../ui/format";
import { ProblemAlert } from "../../ui/Problems";
import { byteSplits, summaryOf } from "../../ui/series";
import { useTrend } from "../queries";
import type { Pool, Trend as TrendShape } from "../shapes";

const LEAST_POINTS = 2;

/** How full it was in the last days. */
export default function Trend({ pool }: { pool: Pool }) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const query = useTrend(pool.id);
  const trend = query.data;
  const samples = trend?.samples;
  const times = useMemo(() => (samples ?? []).map(({ at }) => new Date(at).getTime() / 1000), [samples]);
  const lines = useMemo(
    () => [
      { label: t("storage.used"), values: (samples ?? []).map((one) => one.capacity_bytes - one.available_bytes) },
      { label: t("storage.capacity"), values: (samples ?? []).map((one) => one.capacity_bytes) },
    ],
    [samples, t],
  );
  if (query.isError && !samples) return <ProblemAlert error={query.error} />;
  if (!trend || !samples) return <FactsSkeleton rows={3} />;
  if (samples.length < LEAST_POINTS) return <p className="ol-quiet">{t("storage.trendSoon")}</p>;
  const format = (value: number) => bytes(value, language);
  const { now, most, mean } = summaryOf(lines[0]?.values ?? []);
  const said = (value: number | null) => (value === null ? "–" : format(value));
  return (
    <>
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
      <Outlook trend={trend} />
    </>
  );
}

/** How fast it fills, and when it would be full if it went on like that. */
function Outlook({ trend }: { trend: TrendShape }) {
  const { t, i18n } = useTranslation();
  const growth = trend.growth_bytes_a_day;
  if (growth === null || growth === 0) return null;
  const full = trend.full_at && new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" }).format(new Date(trend.full_at));
  return (
    <p className="ol-quiet">
      {t(growth > 0 ? "storage.grows" : "storage.shrinks", { size: bytes(Math.abs(growth), i18n.language) })} {full && t("storage.fullAt", { date: full })}
    </p>
  );
}
