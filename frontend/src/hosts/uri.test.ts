import { describe, expect, it } from "vitest";

import { initialForm, transportOf, wishOf } from "./actions/hostForm";
import { buildURI, parseURI, suggestedName, type URIParts } from "./uri";

const parts = (over: Partial<URIParts>): URIParts => ({ driver: "qemu", transport: "", user: "", host: "", port: "", path: "/system", ...over });

describe("a libvirt address", () => {
  it.each([
    [parts({}), "qemu:///system"],
    [parts({ driver: "test", path: "/default" }), "test:///default"],
    [parts({ transport: "ssh", user: "root", host: "node1" }), "qemu+ssh://root@node1/system"],
    [parts({ transport: "ssh", host: "node1", port: "2222" }), "qemu+ssh://node1:2222/system"],
    [parts({ transport: "tls", host: "fd00::1" }), "qemu+tls://[fd00::1]/system"],
    [parts({ driver: "lxc", transport: "tcp", host: "10.0.0.1" }), "lxc+tcp://10.0.0.1/system"],
  ])("is put together and taken apart: %o", (given, uri) => {
    expect(buildURI(given)).toBe(uri);
    expect(parseURI(uri)).toEqual(given);
  });

  it("leaves out a user where none is asked for", () => {
    expect(buildURI(parts({ transport: "tls", user: "root", host: "node1" }))).toBe("qemu+tls://node1/system");
  });

  it.each(["qemu:///system?socket=/run/x", "qemu+unix:///session?socket=/x", "nonsense", "qemu://node1/system"])(
    "is left as written where the form cannot show it: %s",
    (uri) => expect(parseURI(uri)).toBeNull(),
  );

  it.each([
    ["qemu+ssh://root@node1.example.org/system", "node1"],
    ["qemu+ssh://root@10.0.0.7/system", "10.0.0.7"],
    ["lxc:///system", "local-lxc"],
    ["qemu+ssh://root@/system", ""],
  ])("suggests a name: %s", (uri, name) => expect(suggestedName(uri)).toBe(name));
});

describe("what the form sends", () => {
  const form = { ...initialForm(), name: " node1 ", host: "node1", ssh_private_key: "KEY", tls_certificate: "CERT" };

  it("holds only the credentials that the address can use, each ending its last line", () => {
    expect(wishOf(form)).toEqual({
      name: "node1",
      uri: "qemu+ssh://root@node1/system",
      credentials: { ssh_private_key: "KEY\n" },
      install: "key",
    });
    expect(wishOf({ ...form, transport: "" })).toEqual({ name: "node1", uri: "qemu:///system" });
  });

  it("asks for a certificate where that was chosen, and for a key where a password is given", () => {
    expect(wishOf({ ...form, ssh_private_key: "", install: "tls" })).toEqual({ name: "node1", uri: "qemu+ssh://root@node1/system", install: "tls" });
    expect(wishOf({ ...form, ssh_private_key: "", ssh_password: "x", install: "none" }).install).toBe("key");
    expect(wishOf({ ...form, ssh_private_key: "", install: "key" }).install).toBeUndefined();
    expect(wishOf({ ...form, install: "none" }).install).toBeUndefined();
  });

  it("knows that a bare remote address means TLS", () => {
    expect(transportOf("qemu://node1/system")).toBe("tls");
    expect(transportOf("qemu:///system")).toBeNull();
  });
});
