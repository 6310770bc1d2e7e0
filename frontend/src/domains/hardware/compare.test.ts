import { describe, expect, it } from "vitest";

import { differencesOf } from "./compare";
import type { Device } from "./types";

const disk = (over: Partial<Device>): Device => ({ key: "disk:vda", kind: "disk", pending: "changed", live: null, ...over });

describe("what of a device waits for the next start", () => {
  it("is what both say differently", () => {
    const device = disk({ cache: "none", bus: "virtio", iotune: { read_iops_sec: 5 }, live: { cache: "writeback", bus: "virtio", iotune: null } });
    expect(differencesOf(device)).toEqual([
      { name: "cache", before: "writeback", after: "none" },
      { name: "iotune.read_iops_sec", before: undefined, after: 5 },
    ]);
  });

  it("is nothing that libvirt chose while it runs, and nothing of ours", () => {
    const device = disk({ target: null, volume: { id: "1" }, vlans: [], live: { target: "vnet3", vlans: null } });
    expect(differencesOf(device)).toEqual([]);
  });
});
