import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { useDark } from "./theme";

export interface Line {
  label: string;
  values: readonly (number | null)[];
}

interface ChartProps {
  title: string;
  times: readonly number[];
  lines: readonly Line[];
  /** How a value reads, in the axis and above the chart. */
  format: (value: number) => string;
  splits: (most: number) => number[];
  /** The axis reaches at least so far. */
  least: number;
  /** It reaches over days: the marks of the time axis are dates. */
  days?: boolean;
  /** What the chart shows, in words. */
  summary: string;
  language: string;
}

const HEIGHT = 110;
const FEW = 4; // so few figures make no line that one sees
const COLOURS = ["--pf-t--global--icon--color--brand--default", "--pf-t--global--icon--color--status--warning--default"];
const DASHES: (number[] | undefined)[] = [undefined, [5, 3]]; // not by colour alone

const token = (element: Element, name: string) => getComputedStyle(element).getPropertyValue(name).trim();

/** Lines over time. What is under the pointer is read out above; without one, the latest. */
export function Chart({ title, times, lines, format, splits, least, days = false, summary, language }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const dark = useDark();
  const how = useRef({ format, splits, least });
  const count = lines.length;

  useEffect(() => {
    how.current = { format, splits, least }; // before the plot asks for them
  });

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const ink = token(element, "--pf-t--global--text--color--subtle");
    const grid = { stroke: token(element, "--pf-t--global--border--color--default"), width: 1 };
    const font = `11px ${getComputedStyle(element).fontFamily}`;
    const time = new Intl.DateTimeFormat(language, days ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit" });
    const made = new uPlot(
      {
        width: element.clientWidth || 300,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
        scales: { y: { range: (_plot, _low, high) => [0, Math.max(how.current.least, (high ?? 0) * 1.05)] } },
        axes: [
          { stroke: ink, font, grid: { show: false }, ticks: { ...grid, size: 4 }, size: 24, gap: 2, space: 60, values: (_plot, marks) => marks.map((mark) => time.format(mark * 1000)) },
          {
            stroke: ink, font, grid, ticks: { show: false }, size: 64, gap: 4,
            splits: (_plot, _axis, _low, high) => how.current.splits(high),
            values: (_plot, marks) => marks.map((mark) => how.current.format(mark)),
          },
        ],
        series: [
          {},
          ...Array.from({ length: count }, (_, index) => ({
            stroke: token(element, COLOURS[index] ?? ""),
            width: 1.5,
            dash: DASHES[index],
            points: { show: (drawn: uPlot, line: number) => (drawn.data[line] ?? []).filter((value) => typeof value === "number").length < FEW },
          })),
        ],
        hooks: { setCursor: [(drawn) => setAt(drawn.cursor.idx ?? null)] },
      },
      [[], ...Array.from({ length: count }, () => [])],
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [dark, language, count, days]);

  useEffect(() => {
    plot.current?.setData([[...times], ...lines.map((line) => [...line.values])]);
  }, [times, lines, dark, language, count, days]);

  const shown = at ?? times.length - 1;
  const shownTime = times[shown];
  return (
    <figure className="ol-chart">
      <figcaption>
        <span className="ol-chart-title">{title}</span>
        <span className="ol-numeric ol-chart-values">
          {lines.map((line, index) => {
            const value = line.values[shown];
            return (
              <span key={line.label} data-line={lines.length > 1 ? index : undefined}>
                {lines.length > 1 && <span className="ol-quiet">{line.label} </span>}
                {value === null || value === undefined ? "–" : format(value)}
              </span>
            );
          })}
          {at !== null && shownTime !== undefined && (
            <span className="ol-quiet">
              {new Intl.DateTimeFormat(language, days ? { dateStyle: "medium", timeStyle: "short" } : { timeStyle: "medium" }).format(shownTime * 1000)}
            </span>
          )}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={summary} />
    </figure>
  );
}
