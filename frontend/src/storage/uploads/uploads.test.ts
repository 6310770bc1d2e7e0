import { beforeEach, describe, expect, it } from "vitest";

import { nameProblem } from "./names";
import { Rate } from "./rate";
import { reasonOf } from "./reason";
import { forget, isSame, remember, remembered } from "./remembered";

const MIB = 1024 ** 2;

describe("how fast an upload goes", () => {
  it("is not known from one figure", () => {
    const rate = new Rate();
    rate.note(5, 0);
    expect(rate.perSecond).toBe(0);
  });

  it("is that of the last seconds, not of the whole time", () => {
    const rate = new Rate();
    for (let second = 0; second <= 10; second += 1) rate.note(second * MIB, second * 1000);
    for (let second = 11; second <= 20; second += 1) rate.note(10 * MIB + (second - 10) * 4 * MIB, second * 1000);
    expect(rate.perSecond).toBeCloseTo(4 * MIB);
  });

  it("begins anew where the host has less than was sent", () => {
    const rate = new Rate();
    rate.note(0, 0);
    rate.note(8 * MIB, 1000);
    rate.note(2 * MIB, 2000);
    expect(rate.perSecond).toBe(0);
    rate.note(3 * MIB, 3000);
    expect(rate.perSecond).toBe(MIB);
  });
});

describe("an upload that was left", () => {
  beforeEach(() => localStorage.clear());
  const file = new File(["content"], "disk.img", { lastModified: 5 });

  it("is remembered until it is over", () => {
    remember("a", file);
    remember("b", file);
    remember("a", file);
    expect(remembered().map(({ id }) => id)).toEqual(["b", "a"]);
    forget("b");
    expect(remembered()).toEqual([{ id: "a", file: "disk.img", size: 7, modified: 5 }]);
  });

  it("is nothing where somebody else's data stands", () => {
    localStorage.setItem("ovirtlite.uploads", '[{"id": 3}, null, "x"]');
    expect(remembered()).toEqual([]);
    localStorage.setItem("ovirtlite.uploads", "{");
    expect(remembered()).toEqual([]);
  });

  it.each([
    ["the same", "disk.img", 7, 5, true],
    ["renamed", "other.img", 7, 5, true],
    ["copied, so that its time is another", "disk.img", 7, 9, true],
    ["of another size", "disk.img", 8, 5, false],
    ["another of the same size", "other.img", 7, 9, false],
  ])("goes on with a file that is %s: %s, %d bytes", (_what, name, size, lastModified, same) => {
    expect(isSame({ name, size, lastModified }, { id: "a", file: "disk.img", size: 7, modified: 5 })).toBe(same);
  });
});

describe("why an upload was refused", () => {
  const answer = (status: number, body: string) => Object.assign(new Error("tus: unexpected response"), { originalResponse: { getStatus: () => status, getBody: () => body } });

  it("is said in the server's words", () => {
    expect(reasonOf(answer(409, JSON.stringify({ title: "Conflict", detail: "It is not what it was said to be." })))).toBe("It is not what it was said to be.");
  });

  it("is the status where something in between answered", () => {
    expect(reasonOf(answer(502, "<html>"))).toBe("HTTP 502");
  });

  it("is the silence where nobody answered", () => {
    expect(reasonOf(Object.assign(new Error("tus"), { originalResponse: null }))).toBe("No answer from the server");
    expect(reasonOf(new Error("The file is gone"))).toBe("The file is gone");
  });
});

it.each([
  ["disk.img", null],
  ["", "empty"],
  ["a/b", "slash"],
  ["..", "dot"],
  ["a\u0007", "control"],
])("a volume called %j: %s", (name, problem) => {
  expect(nameProblem(name)).toBe(problem);
});
