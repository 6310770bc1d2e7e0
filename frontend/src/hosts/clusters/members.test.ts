import { describe, expect, it } from "vitest";

import { host } from "../../../tests/examples";
import { movesTo, together } from "./members";

const at = (id: string, cluster: string | null) => ({ id, cluster: cluster === null ? null : { id: cluster, name: cluster } });

describe("the hosts of a cluster", () => {
  const HOSTS = [at("a", "here"), at("b", null), at("c", "there"), at("d", "here")];

  it("are moved only where something changes", () => {
    expect(movesTo("here", HOSTS, ["a", "d"])).toEqual([]);
    expect(movesTo("here", HOSTS, ["a", "b", "c"])).toEqual([
      { host: "b", cluster: "here" },
      { host: "c", cluster: "here" },
      { host: "d", cluster: null },
    ]);
  });

  it("leave another cluster alone that they are in", () => {
    expect(movesTo("here", HOSTS, [])).toEqual([
      { host: "a", cluster: null },
      { host: "d", cluster: null },
    ]);
  });

  it("are added up, and memory in use only where all that are up have told it", () => {
    const up = host({ cpus: 4, memory_bytes: 100, memory_used_bytes: 40, domains: { total: 3, running: 2 } });
    const silent = host({ state: "unreachable", cpus: 2, memory_bytes: 50, memory_used_bytes: null, domains: { total: 1, running: 0 } });
    expect(together([up, silent])).toEqual({ hosts: 2, up: 1, cpus: 6, memory: 150, used: 40, domains: 4, running: 2 });
    expect(together([up, { ...silent, state: "up" }]).used).toBeNull();
    expect(together([]).used).toBeNull();
  });
});
