import { expect, it } from "vitest";

import { pathWords } from "./pathWords";

it.each([
  ["devices/disk[vda]/driver/@cache", "disk vda · driver cache"],
  ["devices/interface[52:54:00:12:34:56]", "interface 52:54:00:12:34:56"],
  ["vcpu/@current", "vcpu current"],
  ["ips[10.0.5.1/24].dhcp.hosts[52:54:00:12:34:56].ip", "ips 10.0.5.1/24 dhcp.hosts 52:54:00:12:34:56 ip"],
  ["title", "title"],
])("a path is said in words: %s", (path, words) => {
  expect(pathWords(path)).toBe(words);
});
