import { useCallback, useMemo, useSyncExternalStore } from "react";

/** The widths of window from which on more columns fit, by PatternFly's names. */
export type Width = "lg" | "xl" | "2xl";
const FROM: Readonly<Record<Width, string>> = { lg: "(min-width: 62rem)", xl: "(min-width: 75rem)", "2xl": "(min-width: 90.625rem)" };

/** What of a column says whether it is shown. */
export interface Shown {
  key: string;
  /** Absent on windows narrower than this, unless somebody asks for it. */
  from?: Width;
  /** Absent unless somebody asks for it. */
  extra?: boolean;
}

/** What somebody asked for of a table's columns: the others are as the table has them. */
export type Choice = Readonly<Record<string, boolean>>;

const NONE = "{}";
const storedAs = (table: string) => `ovirtlite.columns.${table}`;
const listeners = new Set<() => void>();

/** What was kept, were it nonsense: nothing. */
export function readChoice(text: string | null): Choice {
  try {
    const kept: unknown = JSON.parse(text ?? NONE);
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter((each): each is [string, boolean] => typeof each[1] === "boolean"));
  } catch {
    return {};
  }
}

/** Whether a column is shown on a window that is as wide as all of `widths`. */
export function isShown(column: Shown, choice: Choice, widths: ReadonlySet<Width>): boolean {
  return choice[column.key] ?? (!column.extra && (column.from === undefined || widths.has(column.from)));
}

/** The columns to draw; of those that nobody chose the style sheet says which fit. */
export function drawn<C extends Shown>(columns: readonly C[], choice: Choice): readonly C[] {
  return columns
    .filter((column) => choice[column.key] ?? !column.extra)
    .map((column) => (choice[column.key] ? { ...column, from: undefined } : column));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** What this browser keeps of a table's columns, and the way to change it; null: as the table has them. */
export function useChoice(table: string): readonly [Choice, (choice: Choice | null) => void] {
  const text = useSyncExternalStore(subscribe, () => localStorage.getItem(storedAs(table)));
  const set = useCallback(
    (choice: Choice | null) => {
      if (choice) localStorage.setItem(storedAs(table), JSON.stringify(choice));
      else localStorage.removeItem(storedAs(table));
      listeners.forEach((listener) => listener());
    },
    [table],
  );
  return [useMemo(() => readChoice(text), [text]), set];
}

function watchWidths(listener: () => void): () => void {
  const all = Object.values(FROM).map((query) => window.matchMedia(query));
  all.forEach((query) => query.addEventListener("change", listener));
  return () => all.forEach((query) => query.removeEventListener("change", listener));
}

/** Those widths that the window has. */
export function useWidths(): ReadonlySet<Width> {
  const widths = useSyncExternalStore(watchWidths, () => (Object.keys(FROM) as Width[]).filter((width) => window.matchMedia(FROM[width]).matches).join(" "));
  return useMemo(() => new Set(widths.split(" ") as Width[]), [widths]);
}
