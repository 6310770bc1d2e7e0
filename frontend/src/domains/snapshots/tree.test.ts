import { describe, expect, it } from "vitest";

import { snapshot } from "../../../tests/examples";
import { freeName, rowsOf } from "./tree";

const at = (hour: number) => `2026-11-01T${String(hour).padStart(2, "0")}:00:00Z`;
const family = [
  snapshot({ name: "after", parent: "upgrade", taken_at: at(4) }),
  snapshot({ name: "base", parent: null, taken_at: at(1) }),
  snapshot({ name: "upgrade", parent: "base", taken_at: at(3) }),
  snapshot({ name: "try", parent: "base", taken_at: at(2) }),
];

describe("the tree of snapshots", () => {
  it("has parents before their children, and siblings by age", () => {
    const rows = rowsOf(family, new Set());
    expect(rows.map(({ snapshot, level, position, siblings }) => [snapshot.name, level, position, siblings])).toEqual([
      ["base", 1, 1, 1],
      ["try", 2, 1, 2],
      ["upgrade", 2, 2, 2],
      ["after", 3, 1, 1],
    ]);
    expect(rows[0]?.descendants).toBe(3);
  });

  it("hides whatever is in a folded one, however deep", () => {
    const hidden = rowsOf(family, new Set(["base"])).filter((row) => row.hidden);
    expect(hidden.map((row) => row.snapshot.name)).toEqual(["try", "upgrade", "after"]);
  });

  it("shows one whose parent nobody knows as a root", () => {
    expect(rowsOf([snapshot({ name: "orphan", parent: "gone" })], new Set())).toMatchObject([{ level: 1 }]);
  });
});

describe("the name that is offered", () => {
  it("is the time, and free", () => {
    const noon = new Date(2026, 10, 1, 12, 5);
    expect(freeName(noon, [])).toBe("2026-11-01-1205");
    expect(freeName(noon, ["2026-11-01-1205", "2026-11-01-1205-2"])).toBe("2026-11-01-1205-3");
  });
});
