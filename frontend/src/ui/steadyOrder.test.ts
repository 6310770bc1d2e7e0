import { describe, expect, it } from "vitest";

import { steady } from "./steadyOrder";

const rows = (...names: string[]) => names.map((name) => ({ id: name.toLowerCase(), name }));
const names = (shown: { rows: readonly { name: string }[] }) => shown.rows.map((row) => row.name).join("");

describe("rows that hold still", () => {
  it("takes a new list as it is", () => {
    expect(names(steady([], rows("b", "a"), false))).toBe("ba");
  });

  it("changes cells in place", () => {
    expect(names(steady(rows("a", "b"), rows("A", "B"), true))).toBe("AB");
  });

  it("keeps the order that is shown, and says how much another would move", () => {
    const shown = steady(rows("a", "b", "c"), rows("b", "a", "c"), false);
    expect(names(shown)).toBe("abc");
    expect(shown.moved).toBe(2);
  });

  it("lets a new row in where it belongs, for nothing that was there changes its order", () => {
    const shown = steady(rows("a", "c"), rows("a", "b", "c"), false);
    expect(names(shown)).toBe("abc");
    expect(shown.moved).toBe(0);
  });

  it("appends it while the pointer is over the table", () => {
    const shown = steady(rows("a", "c"), rows("a", "b", "c"), true);
    expect(names(shown)).toBe("acb");
    expect(shown.moved).toBe(2);
  });

  it("drops what is gone, but under the pointer keeps its place", () => {
    expect(names(steady(rows("a", "b", "c"), rows("a", "c"), false))).toBe("ac");
    const pinned = steady(rows("a", "b", "c"), rows("a", "c"), true);
    expect(names(pinned)).toBe("abc");
    expect([...pinned.gone]).toEqual(["b"]);
    expect(pinned.moved).toBe(0);
  });

  it("lets it go when the pointer leaves", () => {
    const pinned = steady(rows("a", "b", "c"), rows("a", "c"), true);
    expect(names(steady(pinned.rows, rows("a", "c"), false))).toBe("ac");
  });
});
