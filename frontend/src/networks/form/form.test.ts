import { describe, expect, it } from "vitest";

import type { NetworkSpec } from "../shapes";
import { changesOf, sentSpec } from "./changes";
import { complaintsOf } from "./complaints";
import { answered, EMPTY, formOf, placeOf, rangeIn, wishOf, type NetworkForm } from "./form";

const NAT: NetworkForm = { ...EMPTY, host: "h1", name: "inner", address: "10.0.5.1/24", start: "10.0.5.100", end: "10.0.5.199" };

// As a reply has it: with nulls, empty lists, and the first range twice.
const SPEC = {
  forward: "nat",
  bridge: "virbr5",
  device: null,
  devices: [],
  mtu: null,
  domain: "lab",
  ips: [
    {
      address: "10.0.5.1/24",
      dhcp: {
        start: "10.0.5.100",
        end: "10.0.5.199",
        ranges: [
          { start: "10.0.5.100", end: "10.0.5.199", lease_seconds: 600 },
          { start: "10.0.5.20", end: "10.0.5.30", lease_seconds: null },
        ],
        hosts: [{ ip: "10.0.5.9", mac: "52:54:00:00:00:09", id: null, name: null, lease_seconds: null }],
      },
    },
  ],
  dns: { enabled: null, forward_plain_names: null, forwarders: [], hosts: [], txts: [{ name: "a", value: "b" }], srvs: [] },
  routes: [],
  vlan: null,
  virtualport: null,
  port_groups: [],
  bandwidth: null,
  port_isolation: null,
} as unknown as NetworkSpec;
const shown = () => formOf("h1", "inner", "nat", SPEC, true);

describe("what a new network's form asks of the server", () => {
  it("is a NAT network with the range, and nothing that was left empty", () => {
    expect(wishOf(NAT)).toEqual({
      host: "h1",
      name: "inner",
      forward: "nat",
      ips: [{ address: "10.0.5.1/24", dhcp: { ranges: [{ start: "10.0.5.100", end: "10.0.5.199" }] } }],
      autostart: true,
      start: true,
    });
  });

  it("has no addresses on a bridge, a card for macvtap, and VLANs with Open vSwitch alone", () => {
    expect(wishOf({ ...NAT, kind: "bridge", bridge: "br0", vlan: "5" })).toMatchObject({ forward: "bridge", bridge: "br0" });
    expect(wishOf({ ...NAT, kind: "bridge", bridge: "br0", vlan: "5" })).not.toHaveProperty("ips");
    expect(wishOf({ ...NAT, kind: "macvtap", device: "eth0", mode: "vepa" })).toMatchObject({ forward: "vepa", devices: ["eth0"] });
    expect(wishOf({ ...NAT, kind: "openvswitch", bridge: "ovs0", vlan: "5, 7" })).toMatchObject({
      virtualport: { type: "openvswitch" },
      vlan: { tags: [{ id: 5 }, { id: 7 }], trunk: true },
    });
  });

  it("is asked only once enough is answered", () => {
    expect(answered({ ...NAT, name: " " })).toBe(false);
    expect(answered({ ...NAT, kind: "bridge" })).toBe(false);
    expect(answered(NAT)).toBe(true);
  });
});

describe("what a change sends", () => {
  it("is nothing while nothing is changed", () => {
    expect(changesOf(shown(), SPEC, true)).toEqual({});
  });

  it("is the changed part, with what of it the form does not show", () => {
    const changed = { ...shown(), fixed: [...shown().fixed, { mac: "52:54:00:00:00:0a", name: "", ip: "10.0.5.10" }] };
    expect(changesOf(changed, SPEC, true)).toEqual({
      ips: [
        {
          address: "10.0.5.1/24",
          dhcp: {
            ranges: [
              { start: "10.0.5.100", end: "10.0.5.199", lease_seconds: 600 },
              { start: "10.0.5.20", end: "10.0.5.30" },
            ],
            hosts: [
              { ip: "10.0.5.9", mac: "52:54:00:00:00:09" },
              { ip: "10.0.5.10", mac: "52:54:00:00:00:0a" },
            ],
          },
        },
      ],
    });
    expect(changesOf({ ...shown(), records: [{ ip: "10.0.5.1", names: "gate way" }] }, SPEC, true)).toEqual({
      dns: { txts: [{ name: "a", value: "b" }], hosts: [{ ip: "10.0.5.1", names: ["gate", "way"] }] },
    });
  });

  it("takes a setting away with null", () => {
    expect(changesOf({ ...shown(), domain: "" }, SPEC, false)).toEqual({ domain: null, autostart: true });
  });

  it("leaves out of a whole spec what replies have beside it", () => {
    expect(sentSpec(SPEC)).toMatchObject({ ips: [{ address: "10.0.5.1/24", dhcp: { ranges: [{ lease_seconds: 600 }, {}] } }] });
    expect(JSON.stringify(sentSpec(SPEC))).not.toContain("null");
  });
});

describe("what is wrong", () => {
  it("stands at its field, of a plan's checks as well", () => {
    const plan = { allowed: false, checks: [{ code: "ips.0.dhcp.ranges.0.start", ok: false, detail: "ips.0.dhcp.ranges.0.start: It is outside." }] };
    expect(complaintsOf(null, plan as never)).toEqual({ "ips.0.dhcp.ranges.0.start": ["It is outside."] });
    expect(placeOf("ips.0.dhcp.ranges.0.start", NAT)).toBe("start");
    expect(placeOf("ips.0.address", NAT)).toBe("address");
    expect(placeOf("ips.0.dhcp.hosts.0.mac", { ...NAT, fixed: [{ mac: "", name: "", ip: "" }] })).toBe("fixed.0.mac");
    expect(placeOf("ips.1.address", { ...NAT, address6: "fd00::1/64" })).toBe("address6");
    expect(placeOf("devices.0", NAT)).toBe("device");
    expect(placeOf("something", NAT)).toBeNull();
  });
});

describe("the range of a subnet", () => {
  it("leaves the node's own address out", () => {
    expect(rangeIn("10.1.2.1/24")).toEqual({ start: "10.1.2.100", end: "10.1.2.199" });
    expect(rangeIn("10.1.2.150/24")).toEqual({ start: "10.1.2.200", end: "10.1.2.250" });
    expect(rangeIn("10.1.2.1/28")).toBeNull();
    expect(rangeIn("fd00::1/64")).toBeNull();
  });
});
