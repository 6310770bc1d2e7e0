import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { domain, job, page } from "../../../tests/examples";
import { renderPage } from "../../../tests/render";
import { API, server, serveAPI } from "../../../tests/server";
import { unwatchJob } from "../../jobs/watched";
import HardwareTab from "./HardwareTab";

serveAPI();
afterEach(() => unwatchJob("job-edit")); // the list outlives a test

const EDITABLE = domain({ actions: ["edit", "shutdown", "destroy"] });
const DISK = { key: "disk:vda", kind: "disk", pending: null, live: null, device: "disk", target: "vda", bus: "virtio", cache: null, serial: null, source: { type: "file", file: "/disks/a.qcow2" }, volume: null };
const DRIVE = { ...DISK, key: "disk:sda", device: "cdrom", target: "sda", bus: "sata", source: null };
const HARDWARE = { settings: { vcpus: 1, max_vcpus: 1, memory_bytes: 134_217_728, max_memory_bytes: 134_217_728 }, devices: [DISK, DRIVE], pending: [] };
let sent: { planned: boolean; body: unknown; path: string }[] = [];

beforeEach(() => {
  sent = [];
  server.use(
    http.get(`${API}/domains/:id/hardware/`, () => HttpResponse.json(HARDWARE)),
    http.get(`${API}/networks/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/network-filters/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/hosts/:id/interfaces/`, () => HttpResponse.json([])),
    http.get(`${API}/images/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.patch(`${API}/domains/*`, async ({ request }) => {
      const url = new URL(request.url);
      const body = (await request.json()) as { serial?: string };
      const planned = url.searchParams.get("plan") === "1";
      sent.push({ planned, body, path: url.pathname.replace(/.*\/domains\/[^/]+/, "") });
      if (body.serial === "no/such") {
        return HttpResponse.json({ title: "Bad", code: "invalid", errors: { serial: ["It must be letters, digits and _.+ -."] } }, { status: 400 });
      }
      if (!planned) return HttpResponse.json(job({ id: "job-edit", kind: "domain.edit" }), { status: 202 });
      return HttpResponse.json({ allowed: true, checks: [], changes: [{ path: "disk vda cache", before: null, after: "none", live: false }] });
    }),
  );
});

const open = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));

describe("the hardware of a domain", () => {
  it("says what a change would do before it is done, and sends only what changed", async () => {
    renderPage(<HardwareTab domain={EDITABLE} />);
    await open("Disk vda");
    await userEvent.selectOptions(screen.getByLabelText("Cache"), "none");
    const plan = await screen.findByRole("region", { name: "What will happen" });
    await within(plan).findByText("From the next start on");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByLabelText("Cache")).toBeNull());
    expect(sent.at(-1)).toEqual({ planned: false, body: { cache: "none" }, path: "/disks/vda/" });
    expect(sent.slice(0, -1).every(({ planned }) => planned)).toBe(true);
  });

  it("shows the server's complaint at its field, and lets nobody pass", async () => {
    renderPage(<HardwareTab domain={EDITABLE} />);
    await open("Disk vda");
    fireEvent.change(screen.getByLabelText("Serial number"), { target: { value: "no/such" } });
    expect(await screen.findByText("It must be letters, digits and _.+ -.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  });

  it("shows how a device runs until the next start, and all that waits for it", async () => {
    const changed = { ...DISK, pending: "changed", cache: "none", live: { device: "disk", target: "vda", bus: "virtio", cache: "writeback" } };
    server.use(
      http.get(`${API}/domains/:id/hardware/`, () =>
        HttpResponse.json({ ...HARDWARE, devices: [changed], pending: [{ path: "disk vda cache", live: "writeback", inactive: "none" }] }),
      ),
    );
    renderPage(<HardwareTab domain={EDITABLE} />);
    expect(await screen.findByText("1 change holds from the next start on")).toBeVisible();
    expect(screen.getByRole("button", { name: "Restart now" })).toBeEnabled();
    await open("Disk vda");
    const head = screen.getByRole("heading", { name: "Disk vda" }).closest(".ol-edit-panel");
    expect(head).toHaveTextContent(/Cache\s*writeback.*none/);
  });

  it("has the open device in the address, and closes it with Escape", async () => {
    renderPage(<HardwareTab domain={EDITABLE} />, "/?tab=hardware&device=settings:processors");
    expect(await screen.findByRole("heading", { name: "Processors" })).toBeVisible();
    await userEvent.type(screen.getByLabelText(/CPUs at most/), "{Escape}");
    await waitFor(() => expect(screen.getByTestId("address")).toHaveTextContent(/^\/\?tab=hardware$/));
  });

  it("ejects a medium only where there is one", async () => {
    renderPage(<HardwareTab domain={EDITABLE} />);
    await open("Actions of CD drive sda");
    expect(await screen.findByRole("menuitem", { name: "Eject" })).toBeDisabled();
    expect(screen.getByRole("menuitem", { name: "Change medium" })).toBeEnabled();
  });

  it("asks of a new device what its kind has, and of a drive nothing to be in it", async () => {
    const asked: unknown[] = [];
    server.use(
      http.get(`${API}/pools/`, () => HttpResponse.json(page([]))),
      http.post(`${API}/domains/*`, async ({ request }) => {
        asked.push(await request.json());
        return HttpResponse.json({ allowed: true, checks: [] });
      }),
    );
    renderPage(<HardwareTab domain={EDITABLE} />);
    await open("Add device");
    const what = screen.getByLabelText(/^What \*|^What$/);
    await userEvent.selectOptions(what, "interface");
    expect(await screen.findByLabelText("Plugged into")).toHaveValue("user");
    expect(screen.queryByLabelText(/Storage pool/)).toBeNull();
    await waitFor(() => expect(asked.at(-1)).toEqual({ source: { type: "user" }, model: "virtio" }));
    await userEvent.selectOptions(what, "cdrom");
    await userEvent.click(screen.getByLabelText("Empty"));
    expect(screen.queryByLabelText("Plugged into")).toBeNull();
    await waitFor(() => expect(asked.at(-1)).toEqual({ device: "cdrom", bus: "sata" }));
  });

  it("changes nothing for who may only look", async () => {
    renderPage(<HardwareTab domain={domain({ actions: [] })} />);
    expect(await screen.findByRole("button", { name: "Add device" })).toBeDisabled();
    expect(screen.queryByRole("button", { name: "Actions of Disk vda" })).toBeNull();
    await open("Disk vda");
    await userEvent.selectOptions(screen.getByLabelText("Cache"), "none");
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  });
});
