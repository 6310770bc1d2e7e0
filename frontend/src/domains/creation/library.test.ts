import { expect, it } from "vitest";

import { elsewhere, libraryFirst, type Image } from "./library";
import type { OfferedVolume } from "./shapes";

const copy = (volume: string, host: string) => ({ volume: { id: volume, name: volume }, pool: { id: "p", name: "p" }, host: { id: host, name: host } });
const image = (over: Partial<Image>): Image => ({
  id: "i", name: "debian", description: "", kind: "iso", format: "iso", os: null, arch: "x86_64", label: "", size_bytes: 1, capacity_bytes: 1, sha256: "",
  source_url: "", copies: [], created_by: null, created_at: "", updated_at: "", version: 1, actions: ["copy"], ...over,
});
const volume = (id: string): OfferedVolume => ({ id, name: id, pool: { id: "p", name: "p" }, format: "iso", capacity_bytes: 1, used_by: "" });

it("puts the volumes of the library first, and leaves the rest as it was", () => {
  const images = [image({ copies: [copy("c", "h1")] })];
  expect(libraryFirst(["a", "b", "c"].map(volume), images).map(({ id }) => id)).toEqual(["c", "a", "b"]);
});

it("offers to copy what other hosts have, to whom may do so", () => {
  const here = image({ id: "here", copies: [copy("a", "h1"), copy("b", "h2")] });
  const there = image({ id: "there", copies: [copy("c", "h2")] });
  const barred = image({ id: "barred", copies: [copy("d", "h2")], actions: [] });
  const nowhere = image({ id: "nowhere" });
  expect(elsewhere([here, there, barred, nowhere], "h1").map(({ id }) => id)).toEqual(["there"]);
});
