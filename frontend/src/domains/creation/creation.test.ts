import { describe, expect, it } from "vitest";

import { formOf, paramsOf } from "./address";
import { curlOf } from "../../ui/curl";
import { answered, EMPTY, NEW_DISK, NEW_NIC, type CreationForm } from "./form";
import { indented } from "./indented";
import { offerFor } from "./offers";
import type { CreationOptions, MachineOffer } from "./shapes";
import { placeOf, specOf } from "./spec";

const form = (over: Partial<CreationForm>): CreationForm => ({ ...EMPTY, name: "web", host: "h1", ...over });

describe("what is sent", () => {
  it("is little, where little is asked", () => {
    expect(specOf(form({ source: "empty" }))).toEqual({ host: "h1", name: "web", start: true });
  });

  it("has bytes for GiB, also where a comma is the point", () => {
    expect(specOf(form({ source: "network", memory: "1,5", disks: [{ ...NEW_DISK, size: "10" }] }))).toMatchObject({
      memory_bytes: 1_610_612_736,
      network_boot: true,
      disks: [{ capacity_bytes: 10_737_418_240 }],
    });
  });

  it("says none where everything was taken out", () => {
    expect(specOf(form({ source: "network", disks: [], interfaces: [] }))).toMatchObject({ disks: [], interfaces: [] });
  });

  it("uses a disk as it is, or copies it into a pool", () => {
    const disks = [{ ...NEW_DISK, pool: "p1", format: "raw", bus: "sata" }];
    expect(specOf(form({ source: "disk", volume: "v1", disks }))).toMatchObject({ disks: [{ volume: "v1", bus: "sata" }] });
    expect(specOf(form({ source: "disk", volume: "v1", copy: true, disks }))).toMatchObject({ disks: [{ copy_of: "v1", pool: "p1", format: "raw", bus: "sata" }] });
  });

  it("connects to a network, a bridge or neither", () => {
    const interfaces = [{ ...NEW_NIC, on: "n1", model: "e1000" }, { ...NEW_NIC, on: "bridge", bridge: "br0", vlan: "7" }, { ...NEW_NIC, on: "user" }];
    expect(specOf(form({ source: "empty", interfaces }))).toMatchObject({
      interfaces: [{ network: "n1", model: "e1000" }, { type: "bridge", bridge: "br0", vlan: 7 }, { type: "user" }],
    });
  });

  it("has a whole topology as soon as a part of it is asked", () => {
    expect(specOf(form({ source: "empty", topology: { sockets: "", cores: "4", threads: "" } }))).toMatchObject({ topology: { sockets: 1, cores: 4, threads: 1 } });
  });

  it("is the definition and nothing else, when it is written by hand", () => {
    expect(specOf(form({ source: "xml", xml: "<domain/>", vcpus: "4" }))).toEqual({ host: "h1", xml: "<domain/>", start: true });
  });

  it("leaves to a template what comes with it", () => {
    const asked = { os: "debian12", firmware: "efi", rng: "yes", interfaces: [], memory: "2", tags: "a, b" };
    expect(specOf(form({ source: "template", template: "t1", template_version: "2", ...asked }))).toEqual({
      host: "h1", name: "web", template: "t1", template_version: 2, memory_bytes: 2_147_483_648, tags: ["a", "b"], start: true,
    });
  });

  it("keeps cloud-init from what does not use it", () => {
    const cloud_init = { ...EMPTY.cloud_init, user: "me", ssh_keys: "ssh-ed25519 A\n\n ssh-ed25519 B " };
    expect(specOf(form({ source: "iso", iso: "v1", cloud_init }))).not.toHaveProperty("cloud_init");
    expect(specOf(form({ source: "cloud", cloud_image: "v1", cloud_init }))).toMatchObject({
      cloud_image: "v1",
      cloud_init: { user: "me", ssh_keys: ["ssh-ed25519 A", "ssh-ed25519 B"] },
    });
  });
});

describe("a complaint of the server", () => {
  it("stands at the field that it is about", () => {
    const one = form({ source: "disk" });
    const places = ["name", "memory_bytes", "disks.0.capacity_bytes", "disks.0.volume", "disks.0.pool", "interfaces.0.network", "interfaces.0.mac", "cloud_init.user", "kernel", "topology.cores", "graphics.type"];
    expect(places.map((field) => placeOf(field, one))).toEqual([
      "name", "memory", "disks.0.size", "volume", "disks.0.pool", "interfaces.0.on", "interfaces.0.mac", "cloud_init.user", "kernel.kernel", "topology.cores", "graphics",
    ]);
  });

  it("has no place where the form has no such field", () => {
    expect(["non_field_errors", "network_boot", "disks.4.pool", "nonsense"].map((field) => placeOf(field, form({})))).toEqual([null, null, null, null]);
  });
});

describe("the address", () => {
  it("carries the answers there and back, but no secret", () => {
    const filled = form({
      source: "cloud",
      cloud_image: "v1",
      copy: true,
      start: false,
      disks: [NEW_DISK, { ...NEW_DISK, size: "5" }],
      cloud_init: { ...EMPTY.cloud_init, user: "me", password: "secret" },
    });
    const params = paramsOf(filled);
    expect(params.toString()).not.toContain("secret");
    expect(formOf(params)).toEqual({ ...filled, cloud_init: { ...filled.cloud_init, password: "" } });
    expect(paramsOf(EMPTY).toString()).toBe("");
  });

  it("that is mistyped asks for nothing wrong", () => {
    expect(formOf(new URLSearchParams("disks={&cloud_init=3&interfaces=[7]&start=perhaps"))).toEqual({ ...EMPTY, start: false });
  });
});

it("is answered when a name, a place and the medium are known", () => {
  expect(answered(form({ source: "iso" }))).toBe(false);
  expect(answered(form({ source: "iso", iso: "v1" }))).toBe(true);
  expect(answered(form({ source: "empty", name: " " }))).toBe(false);
  expect(answered(form({ source: "empty", memory: "much" }))).toBe(false);
  expect(answered(form({ source: "xml", name: "", xml: "<domain/>" }))).toBe(true);
});

it("offers what the machine's family may have, and the host's best where none is named", () => {
  const offer = (machine: string, type = "kvm") => ({ machine, type, arch: "x86_64" }) as MachineOffer;
  const options = { machines: [offer("q35"), offer("pc"), offer("q35", "qemu")] } as CreationOptions;
  const chosen = { type: "", arch: "", machine: "" };
  expect(offerFor(options, chosen)).toBe(options.machines[0]);
  expect(offerFor(options, { ...chosen, machine: "pc-i440fx-7.2" })).toBe(options.machines[1]);
  expect(offerFor(options, { ...chosen, type: "qemu", machine: "pc-q35-7.2" })).toBe(options.machines[2]);
  expect(offerFor(options, { ...chosen, arch: "s390x" })).toBeUndefined();
});

it("shows a definition a line an element", () => {
  const xml = "<domain type='kvm'><name>a</name><os><boot dev='hd'/></os>\n<empty></empty></domain>";
  expect(indented(xml)).toBe("<domain type='kvm'>\n  <name>a</name>\n  <os>\n    <boot dev='hd'/>\n  </os>\n  <empty>\n  </empty>\n</domain>");
});

it("says the same to a shell, whatever is in a name", () => {
  expect(curlOf("https://here", "/domains/", { name: "it's" })).toContain(`-d '{\n  "name": "it'\\''s"\n}'`);
});
