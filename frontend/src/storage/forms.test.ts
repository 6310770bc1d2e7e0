import { describe, expect, it } from "vitest";

import { EMPTY, fieldOf, hostOf, hostText, missing, poolSpec, withoutSecret, type PoolForm } from "./pools/poolForm";
import type { PoolType } from "./shapes";
import { copyName, nameInURL, withEnding } from "./volumes/naming";
import { NEW_VOLUME, volumeFieldOf, volumeSpec, withoutPassphrase } from "./volumes/volumeForm";

const type = (over: Partial<PoolType>): PoolType => ({
  type: "dir",
  supported: true,
  fields: [{ name: "target", required: true }],
  formats: [],
  default_format: "",
  volume_formats: [],
  default_volume_format: "",
  target: "",
  auth: "",
  builds: true,
  overwrites: false,
  removes: true,
  discovers: false,
  makes_volumes: true,
  many_hosts: false,
  many_devices: false,
  ...over,
});
const form = (over: Partial<PoolForm>): PoolForm => ({ ...EMPTY, host: "h1", name: " images ", ...over });
const ISCSI = type({
  type: "iscsi-direct",
  auth: "chap",
  builds: false,
  fields: [
    { name: "hosts", required: true },
    { name: "devices", required: true },
    { name: "initiator", required: true },
    { name: "auth", required: false },
  ],
});

describe("a new pool", () => {
  it("sends only what its type has", () => {
    const values = form({ target: "/srv/images", hosts: "nas1", devices: "/dev/sdb", username: "me", secret: "x" });
    expect(poolSpec(values, type({}))).toEqual({ host: "h1", name: "images", type: "dir", target: "/srv/images", autostart: true, build: "build" });
  });

  it("waits for what its type needs", () => {
    expect(poolSpec(form({}), type({}))).toBeNull();
    expect(missing(form({ hosts: "san1" }), ISCSI)).toEqual(["devices", "initiator"]);
    expect(poolSpec(form({ target: "/srv" }), undefined)).toBeNull();
  });

  it("has its source, and its secret in no shell's history", () => {
    const spec = poolSpec(form({ type: "iscsi-direct", hosts: "san1:3261", devices: "iqn.2026-01.org.example:disks", initiator: "iqn.2026-01.org.example:h1", username: "me", secret: "hidden" }), ISCSI);
    expect(spec?.source).toEqual({
      hosts: [{ name: "san1", port: 3261 }],
      devices: ["iqn.2026-01.org.example:disks"],
      initiator: "iqn.2026-01.org.example:h1",
      auth: { type: "chap", username: "me", secret: "hidden" },
    });
    expect(JSON.stringify(withoutSecret(spec ?? {}))).not.toContain("hidden");
  });

  it("never writes over a device of a type that makes a folder", () => {
    expect(poolSpec(form({ target: "/srv", build: "overwrite" }), type({}))?.build).toBe("build");
    expect(poolSpec(form({ target: "/srv", build: "overwrite" }), type({ overwrites: true }))?.build).toBe("overwrite");
  });

  it.each([
    ["nas1", { name: "nas1" }],
    ["nas1:2049", { name: "nas1", port: 2049 }],
    ["[fd00::1]:3260", { name: "fd00::1", port: 3260 }],
    ["fd00::1", { name: "fd00::1" }],
  ])("has a server written as %s", (text, host) => {
    expect(hostOf(text)).toEqual(host);
    expect(hostText(host)).toBe(text);
  });

  it.each([
    ["name", "name"],
    ["source.name", "source_name"],
    ["source.hosts.0.port", "hosts"],
    ["source.auth.secret", "secret"],
    ["source.auth", "username"],
    ["target", "target"],
  ])("shows what is wrong with %s at %s", (complaint, field) => {
    expect(fieldOf(complaint)).toBe(field);
  });
});

describe("a new volume", () => {
  it("has a name and a size", () => {
    expect(volumeSpec({ ...NEW_VOLUME, name: "a", capacity_bytes: "1 GiB", format: "qcow2" })).toEqual({ name: "a", capacity_bytes: 1024 ** 3, format: "qcow2" });
    expect(volumeSpec({ ...NEW_VOLUME, capacity_bytes: "1 GiB" })).toBeNull();
    expect(volumeSpec({ ...NEW_VOLUME, name: "a", capacity_bytes: "" })).toBeNull();
  });

  it("is as large as what it is a layer over, when nobody says", () => {
    expect(volumeSpec({ ...NEW_VOLUME, name: "a", capacity_bytes: "", backing: "v1" })).toEqual({ name: "a", backing: "v1" });
  });

  it("keeps its passphrase out of a shell's history", () => {
    expect(volumeSpec({ ...NEW_VOLUME, name: "a", encrypted: true, passphrase: "short" })).toBeNull();
    const spec = volumeSpec({ ...NEW_VOLUME, name: "a", encrypted: true, passphrase: "long enough" });
    expect(spec?.encryption).toEqual({ passphrase: "long enough" });
    expect(JSON.stringify(withoutPassphrase(spec ?? {}))).not.toContain("long enough");
    expect(volumeFieldOf("encryption.passphrase")).toBe("passphrase");
  });
});

describe("names that are proposed", () => {
  it("keep an ending that says the format", () => {
    expect(copyName("disk.qcow2")).toBe("disk-copy.qcow2");
    expect(copyName("disk")).toBe("disk-copy");
    expect(withEnding("disk.vmdk", "qcow2")).toBe("disk.qcow2");
    expect(withEnding("disk", "vpc")).toBe("disk.vhd");
  });

  it.each([
    ["https://example.org/iso/debian%2012.iso?x=1", "debian 12.iso"],
    ["https://example.org", ""],
    ["htt", ""],
  ])("are read from an address: %s", (url, name) => {
    expect(nameInURL(url)).toBe(name);
  });
});
