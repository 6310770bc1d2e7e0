import type { Host } from "../../api/types";

type Member = Pick<Host, "id" | "cluster">;

/** What changes for the hosts to choose from, when these of them shall be in the cluster and the others not. */
export function movesTo(cluster: string, hosts: readonly Member[], chosen: readonly string[]): { host: string; cluster: string | null }[] {
  return hosts.flatMap(({ id, cluster: now }) => {
    const wanted = chosen.includes(id);
    return wanted === (now?.id === cluster) ? [] : [{ host: id, cluster: wanted ? cluster : null }];
  });
}

type Part = Pick<Host, "state" | "cpus" | "memory_bytes" | "memory_used_bytes" | "domains">;

/** What the hosts have together. Memory in use is not known while one of those that are up has not told it. */
export function together(hosts: readonly Part[]) {
  const sum = (value: (host: Part) => number) => hosts.reduce((all, host) => all + value(host), 0);
  const up = hosts.filter(({ state }) => state === "up");
  return {
    hosts: hosts.length,
    up: up.length,
    cpus: sum(({ cpus }) => cpus),
    memory: sum(({ memory_bytes }) => memory_bytes),
    used: up.length > 0 && up.every(({ memory_used_bytes }) => memory_used_bytes !== null) ? sum(({ memory_used_bytes }) => memory_used_bytes ?? 0) : null,
    domains: sum(({ domains }) => domains.total),
    running: sum(({ domains }) => domains.running),
  };
}
