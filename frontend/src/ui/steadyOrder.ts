import { useState } from "react";

interface Identified {
  id: string;
}

export interface Steady<T> {
  rows: readonly T[];
  /** Ids that are no longer in the list, kept in their place while the pointer is over the table. */
  gone: ReadonlySet<string>;
  /** How many rows the server's order would move. */
  moved: number;
}

/**
 * The rows to show when `incoming` replaces `held`: cells change in place, but rows that are there do not change
 * places by themselves. While the pointer is over the table (`pinned`) nothing moves at all.
 */
export function steady<T extends Identified>(held: readonly T[], incoming: readonly T[], pinned: boolean): Steady<T> {
  const latest = new Map(incoming.map((row) => [row.id, row]));
  const before = new Set(held.map((row) => row.id));
  const stayed = held.filter((row) => latest.has(row.id)).map((row) => row.id);
  const stayedInOrder = incoming.filter((row) => before.has(row.id)).map((row) => row.id);
  const reordered = stayed.some((id, at) => id !== stayedInOrder[at]);
  if (!reordered && !pinned) return { rows: incoming, gone: new Set(), moved: 0 };

  const shown = pinned ? held : held.filter((row) => latest.has(row.id));
  const rows = [...shown.map((row) => latest.get(row.id) ?? row), ...incoming.filter((row) => !before.has(row.id))];
  const gone = new Set(rows.filter((row) => !latest.has(row.id)).map((row) => row.id));
  const inPlace = rows.filter((row) => !gone.has(row.id));
  return { rows, gone, moved: inPlace.filter((row, at) => row.id !== incoming[at]?.id).length };
}

/** Rows that hold still while the list lives. `view` names what was asked for: another view starts afresh. */
export function useSteadyOrder<T extends Identified>(incoming: readonly T[] | undefined, view: string, pinned: boolean) {
  const [state, setState] = useState<{ view: string; incoming?: readonly T[]; pinned: boolean; shown: Steady<T> }>({
    view,
    pinned,
    shown: { rows: [], gone: new Set(), moved: 0 },
  });
  let current = state;
  if (incoming && (incoming !== state.incoming || view !== state.view || pinned !== state.pinned)) {
    const afresh = view !== state.view || state.incoming === undefined;
    const held = afresh ? [] : state.shown.rows;
    current = { view, incoming, pinned, shown: steady(held, incoming, pinned && !afresh) };
    setState(current);
  }
  return {
    ...current.shown,
    /** Take the server's order now. */
    reorder: () =>
      setState((was) => ({ ...was, shown: { rows: was.incoming ?? [], gone: new Set(), moved: 0 } })),
  };
}
