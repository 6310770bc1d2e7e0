import { describe, expect, it } from "vitest";

import { bytesOf, bytesText } from "../../ui/sizes";
import { changesOf, complete, valuesOf, wishOf, type Field } from "./form";

const FIELDS: Field[] = [
  { name: "cache", as: "choice", options: ["none", "writeback"] },
  { name: "serial", as: "text" },
  { name: "boot_order", as: "whole" },
  { name: "copy_on_read", as: "maybe" },
  { name: "readonly", as: "switch" },
  { name: "iotune.read_bytes_sec", as: "bytes" },
  { name: "iotune.write_bytes_sec", as: "bytes" },
];
const DISK = { cache: null, serial: "abc", readonly: true, boot_order: 1, iotune: { read_bytes_sec: 1024 ** 2, group_name: "slow" } };
const before = valuesOf(FIELDS, DISK);

describe("bytes as text", () => {
  it.each([
    [134_217_728, "128 MiB"],
    [2 * 1024 ** 3, "2 GiB"],
    [1000, "1000 B"],
    [0, "0 B"],
  ])("%d is %s and back", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
    expect(bytesOf(text)).toBe(bytes);
  });

  it("takes a comma for a point, and nothing for a number that is none", () => {
    expect(bytesOf("1,5 GiB")).toBe(1.5 * 1024 ** 3);
    expect(bytesOf("much")).toBeNull();
    expect(bytesOf(" GiB")).toBeNull();
  });
});

describe("the form of a device", () => {
  it("shows what the device has", () => {
    expect(before).toEqual({
      cache: "", serial: "abc", boot_order: "1", copy_on_read: "", readonly: true, "iotune.read_bytes_sec": "1 MiB", "iotune.write_bytes_sec": "",
    });
  });

  it("sends nothing when nothing changed", () => {
    expect(changesOf(FIELDS, before, { ...before }, DISK)).toBeNull();
  });

  it("sends what changed, takes away what was emptied, and says no where no was said", () => {
    const after = { ...before, cache: "none", serial: "", copy_on_read: "no", readonly: false, boot_order: "2" };
    expect(changesOf(FIELDS, before, after, DISK)).toEqual({ cache: "none", serial: null, copy_on_read: false, readonly: false, boot_order: 2 });
  });

  it("sends of a nested value what changed of it, and a source whole", () => {
    expect(changesOf(FIELDS, before, { ...before, "iotune.write_bytes_sec": "2 MiB", "iotune.read_bytes_sec": "" }, DISK)).toEqual({
      iotune: { read_bytes_sec: null, write_bytes_sec: 2 * 1024 ** 2 },
    });
    const fields: Field[] = [{ name: "source.network", as: "text" }];
    const nic = { source: { type: "network", network: "a", mode: null } };
    expect(changesOf(fields, valuesOf(fields, nic), { "source.network": "b" }, nic)).toEqual({ source: { type: "network", network: "b" } });
  });

  it("leaves what is no number to the server to refuse", () => {
    expect(changesOf(FIELDS, before, { ...before, boot_order: "first" }, DISK)).toEqual({ boot_order: "first" });
  });

  it("asks no more than the others call for", () => {
    const fields: Field[] = [
      { name: "type", as: "choice", options: ["network", "bridge"], required: true },
      { name: "bridge", as: "text", required: true, when: (values) => values.type === "bridge" },
    ];
    expect(complete(fields, { type: "network", bridge: "" })).toBe(true);
    expect(complete(fields, { type: "bridge", bridge: "" })).toBe(false);
    expect(wishOf(fields, { type: "network", bridge: "br0" })).toEqual({ type: "network" });
  });
});
