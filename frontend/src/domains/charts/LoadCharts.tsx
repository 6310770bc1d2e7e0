import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { DomainDetail, StatsHistory } from "../../api/types";
import { FactsSkeleton } from "../../ui/Facts";
import { bytes } from "../../ui/format";
import { ProblemAlert } from "../../ui/Problems";
import { Chart, type Line } from "../../ui/Chart";
import { byteSplits, summaryOf, timesOf } from "../../ui/series";

const SECONDS = 3600;
const EVERY_MS = 10_000; // the server keeps no finer steps
const QUARTERS = [0, 25, 50, 75, 100];
const LEAST_RATE = 1024;

/** Figures of the last hour. They are no change of the domain, so no notice tells of them: they are polled. */
function useHistory(id: string) {
  return useQuery({
    queryKey: ["domain-stats", id, "history"],
    queryFn: ({ signal }) => api.get<StatsHistory>(`/domains/${id}/stats/history/`, { seconds: SECONDS }, signal),
    refetchInterval: EVERY_MS,
  });
}

/** What it used in the last hour: processor, memory, disks and network. */
export default function LoadCharts({ domain }: { domain: DomainDetail }) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const query = useHistory(domain.id);
  const history = query.data;
  const times = useMemo(() => (history ? timesOf(history) : []), [history]);
  if (query.isError && !history) return <ProblemAlert error={query.error} />;
  if (!history) return <FactsSkeleton rows={4} />;
  const known = Object.values(history.series).some((values) => values.some((value) => value !== null));
  if (!known) return <p className="ol-quiet">{t(domain.state === "running" ? "chart.soon" : "chart.nothing")}</p>;

  const values = (name: string) => history.series[name] ?? [];
  const percent = (value: number) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: value < 10 ? 1 : 0 }).format(value / 100);
  const size = (value: number) => bytes(value, language);
  const rate = (value: number) => `${size(value)}/s`;
  const charts: { key: string; title: string; lines: Line[]; format: (value: number) => string; splits: (most: number) => number[]; least: number }[] = [
    {
      key: "cpu",
      title: t("cpu"),
      lines: [{ label: t("cpu"), values: values("cpu_percent") }],
      format: percent,
      splits: (most) => (most > 110 ? [0, Math.round(most / 2), Math.round(most)] : QUARTERS.filter((_, at) => at % 2 === 0)),
      least: 100,
    },
    {
      key: "memory",
      title: t("memory"),
      lines: [{ label: t("memory"), values: values("memory_bytes") }],
      format: size,
      splits: byteSplits,
      least: domain.memory_bytes,
    },
    {
      key: "disk",
      title: t("chart.disk"),
      lines: [
        { label: t("chart.read"), values: values("disk_read_bytes_per_second") },
        { label: t("chart.written"), values: values("disk_write_bytes_per_second") },
      ],
      format: rate,
      splits: byteSplits,
      least: LEAST_RATE,
    },
    {
      key: "network",
      title: t("chart.network"),
      lines: [
        { label: t("chart.received"), values: values("net_rx_bytes_per_second") },
        { label: t("chart.sent"), values: values("net_tx_bytes_per_second") },
      ],
      format: rate,
      splits: byteSplits,
      least: LEAST_RATE,
    },
  ];
  return (
    <div className="ol-charts">
      {charts
        .filter((chart) => chart.lines.some((line) => line.values.some((value) => value !== null)))
        .map(({ key, ...chart }) => {
          const words = chart.lines.map((line) => {
            const { now, most, mean } = summaryOf(line.values);
            const said = (value: number | null) => (value === null ? "–" : chart.format(value));
            return t("chart.summary", { what: line.label, now: said(now), most: said(most), mean: said(mean) });
          });
          return <Chart key={key} {...chart} times={times} language={language} summary={words.join(" ")} />;
        })}
    </div>
  );
}
