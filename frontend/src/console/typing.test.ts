import { describe, expect, it } from "vitest";

import { COMBINATIONS, pressesOf } from "./typing";

describe("text as key presses", () => {
  it("holds Shift for what a US keyboard has above", () => {
    expect(pressesOf('aA1!"')).toEqual([
      { keysym: 0x61, code: "KeyA", shift: false },
      { keysym: 0x41, code: "KeyA", shift: true },
      { keysym: 0x31, code: "Digit1", shift: false },
      { keysym: 0x21, code: "Digit1", shift: true },
      { keysym: 0x22, code: "Quote", shift: true },
    ]);
  });

  it("knows every printable character of ASCII by its key", () => {
    const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => 32 + at));
    expect(pressesOf(printable).filter((press) => press.code === null)).toEqual([]);
  });

  it("presses Enter once for every kind of line end", () => {
    expect(pressesOf("a\r\nb\nc\rd").filter((press) => press.code === "Enter")).toHaveLength(3);
  });

  it("sends other letters by their Unicode keysym", () => {
    expect(pressesOf("é中😀").map((press) => press.keysym)).toEqual([0xe9, 0x01004e2d, 0x0101f600]);
  });

  it("offers the combinations that a browser keeps for itself", () => {
    expect(COMBINATIONS.map(([name]) => name)).toEqual(expect.arrayContaining(["Ctrl+Alt+Del", "Ctrl+Alt+F1", "Ctrl+Alt+F7"]));
  });
});
