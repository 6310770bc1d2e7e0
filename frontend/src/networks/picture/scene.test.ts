import { describe, expect, it } from "vitest";

import { sceneOf, type HostPort, type Plugged, type Sketched } from "./scene";

const NETWORK: Sketched = { id: "n1", name: "default", active: true, kind: "nat", bridge: "virbr0", device: "", addresses: ["192.168.122.1/24"] };
const plugged = (name: string, over: Partial<Plugged> = {}): Plugged => ({
  domain: { id: name, name },
  running: true,
  mac: `52:54:00:00:00:${name}`,
  linkUp: true,
  device: "vnet0",
  addresses: [],
  ...over,
});
const port = (name: string, over: Partial<HostPort> = {}): HostPort => ({ name, type: "ethernet", active: true, ports: [], ...over });
const names = (scene: ReturnType<typeof sceneOf>) => scene.columns.map((column) => column.map(({ what, name }) => name || what));

describe("the picture of a network", () => {
  it("goes from the outside over the host's routing to the machines", () => {
    const scene = sceneOf(NETWORK, [plugged("web"), plugged("db", { running: false })], []);
    expect(names(scene)).toEqual([["outside"], ["virbr0"], ["default"], ["web", "db"]]);
    expect(scene.wires[0]).toMatchObject({ from: "outside", to: "bridge", routed: true, up: true });
    expect(scene.wires.filter(({ from }) => from === "network").map(({ up }) => up)).toEqual([true, false]);
  });

  it("shows the cards that a bridge holds, and not the guests' own ends", () => {
    const ports = [port("br0", { type: "bridge", ports: ["eth1", "vnet0"] }), port("eth1")];
    const scene = sceneOf({ ...NETWORK, name: "lan", kind: "bridge", bridge: "br0", addresses: [] }, [plugged("web")], ports);
    expect(names(scene)).toEqual([["outside"], ["eth1"], ["br0"], ["lan"], ["web"]]);
    expect(scene.wires.some(({ routed }) => routed)).toBe(false);
  });

  it("leads nowhere outside from an isolated network, and over the card alone with macvtap", () => {
    expect(names(sceneOf({ ...NETWORK, kind: "isolated" }, [], []))).toEqual([["virbr0"], ["default"]]);
    const scene = sceneOf({ ...NETWORK, kind: "macvtap", bridge: "", device: "eth0", addresses: [] }, [], [port("eth0", { active: false })]);
    expect(names(scene)).toEqual([["outside"], ["eth0"], ["default"]]);
    expect(scene.wires.every(({ up }) => !up)).toBe(true);
  });

  it("says an address rather than a device, and how many more there are", () => {
    const many = Array.from({ length: 13 }, (_, at) => plugged(`web${at}`, { addresses: at === 0 ? ["192.168.122.9"] : [] }));
    const last = sceneOf(NETWORK, many, []).columns.at(-1) ?? [];
    expect(last).toHaveLength(11);
    expect(last[0]).toMatchObject({ note: "192.168.122.9", to: "/domains/web0" });
    expect(last[1]?.note).toBe("vnet0");
    expect(last.at(-1)).toMatchObject({ what: "more", name: "3" });
  });

  it("has nothing up when the network is stopped", () => {
    expect(sceneOf({ ...NETWORK, active: false }, [plugged("web")], []).wires.every(({ up }) => !up)).toBe(true);
  });
});
