import type { Snapshot } from "../../api/types";

export interface Row {
  snapshot: Snapshot;
  /** As a tree's items count theirs, from 1. */
  level: number;
  position: number;
  siblings: number;
  children: number;
  /** All that hang on it, however deep. */
  descendants: number;
  /** Inside one that is folded. */
  hidden: boolean;
}

/** The rows of the tree, parents before their children, siblings by age. One whose parent is unknown is a root. */
export function rowsOf(snapshots: readonly Snapshot[], folded: ReadonlySet<string>): Row[] {
  const names = new Set(snapshots.map((snapshot) => snapshot.name));
  const below = new Map<string, Snapshot[]>();
  for (const snapshot of snapshots) {
    const parent = snapshot.parent && snapshot.parent !== snapshot.name && names.has(snapshot.parent) ? snapshot.parent : "";
    below.set(parent, [...(below.get(parent) ?? []), snapshot]);
  }
  for (const siblings of below.values()) {
    siblings.sort((one, other) => (one.taken_at ?? "").localeCompare(other.taken_at ?? "") || one.name.localeCompare(other.name));
  }
  const rows: Row[] = [];
  const add = (parent: string, level: number, hidden: boolean): number => {
    const siblings = below.get(parent) ?? [];
    let count = 0;
    siblings.forEach((snapshot, at) => {
      const children = below.get(snapshot.name)?.length ?? 0;
      const row: Row = { snapshot, level, position: at + 1, siblings: siblings.length, children, descendants: 0, hidden };
      rows.push(row);
      row.descendants = add(snapshot.name, level + 1, hidden || folded.has(snapshot.name));
      count += 1 + row.descendants;
    });
    return count;
  };
  add("", 1, false);
  return rows;
}

/** A name that no snapshot has yet: the time, to the minute, and a number where that is taken. */
export function freeName(at: Date, taken: readonly string[]): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const name = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}-${two(at.getHours())}${two(at.getMinutes())}`;
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}
