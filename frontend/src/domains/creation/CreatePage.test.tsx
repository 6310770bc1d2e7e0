import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";

import { host, job, page } from "../../../tests/examples";
import { renderPage } from "../../../tests/render";
import { API, server, serveAPI } from "../../../tests/server";
import { CreatePage } from "./CreatePage";
import type { CreationOptions } from "./shapes";

serveAPI();
let made: unknown[] = [];

const OPTIONS: CreationOptions = {
  host: { id: "host-2", name: "node2" },
  types: ["kvm", "qemu"],
  machines: [],
  os: [
    {
      id: "debian12", name: "Debian 12", family: "linux", vendor: "", version: "12", released: "", vcpus: 2, memory_bytes: 2_147_483_648,
      minimum_memory_bytes: 1, disk_bytes: 21_474_836_480, firmware: "bios", disk_bus: "virtio", interface_model: "virtio",
    },
  ],
  pools: [],
  default_pool: null,
  networks: [{ id: "net-1", name: "default", bridge: "virbr0", forward: "nat" }],
  default_network: "net-1",
  interface_types: ["network", "bridge"],
  volumes: [],
  media: [{ id: "iso-1", name: "debian-12.iso", pool: { id: "p", name: "media" }, format: "iso", capacity_bytes: 1_048_576, used_by: "" }],
  limits: { cpus: 2, memory_bytes: 1, memory_free_bytes: 1, count: 200 },
};

beforeEach(() => {
  made = [];
  sessionStorage.clear();
  server.use(
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/hosts/`, () => HttpResponse.json(page([host()]))),
    http.get(`${API}/images/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/domains/creation-options/`, () => HttpResponse.json(OPTIONS)),
    http.get(`${API}/jobs/:id/`, () => HttpResponse.json(job({ id: "job-7", kind: "domain.create", state: "succeeded" }))),
    http.post(`${API}/domains/`, async ({ request }) => {
      const body = (await request.json()) as { name: string };
      if (body.name === "taken") {
        return HttpResponse.json({ title: "Invalid request", detail: "name: node2 has one of this name.", code: "invalid", errors: { name: ["node2 has one of this name."] } }, { status: 400 });
      }
      if (new URL(request.url).searchParams.get("plan") === "1") {
        return HttpResponse.json({ allowed: true, checks: [{ code: "space", ok: true, detail: "There is room in default." }], changes: [], xml: "<domain type='kvm'/>" });
      }
      made.push(body);
      return HttpResponse.json(job({ id: "job-7", kind: "domain.create", state: "queued" }), { status: 202 });
    }),
  );
});

describe("the creation page", () => {
  it("asks little, shows the plan beside it, and leads to what it made", async () => {
    renderPage(<CreatePage />, "/domains/new");
    await userEvent.type(await screen.findByRole("textbox", { name: "Name" }), "web");
    expect(screen.getByRole("combobox", { name: "Host" })).toHaveDisplayValue("node2");
    const beside = screen.getByRole("region", { name: "What will happen" });
    expect(within(beside).getByText(/As soon as the questions/)).toBeVisible();

    await userEvent.click(screen.getByRole("combobox", { name: "Installation medium" }));
    await userEvent.click(await screen.findByRole("option", { name: /debian-12.iso/ }));
    expect(await screen.findByText("There is room in default.")).toBeVisible();
    await userEvent.click(screen.getByRole("combobox", { name: "Operating system" }));
    await userEvent.keyboard("deb{Enter}");
    expect(screen.getByRole("textbox", { name: "Memory, GiB" })).toHaveAttribute("placeholder", "2");
    await userEvent.click(screen.getByRole("button", { name: "Small" }));
    expect(screen.getByRole("textbox", { name: "Disk, GiB" })).toHaveValue("10");
    expect(screen.getByTestId("address")).toHaveTextContent("os=debian12");

    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    await waitFor(() => expect(screen.getByTestId("address")).toHaveTextContent("/domains/00000000-0000-4000-8000-000000000001"), { timeout: 10_000 });
    expect(made).toEqual([
      { host: "host-2", name: "web", os: "debian12", iso: "iso-1", vcpus: 1, memory_bytes: 1_073_741_824, disks: [{ capacity_bytes: 10_737_418_240 }], start: true },
    ]);
  });

  it("shows what the server complains about at its field, while one fills it", async () => {
    renderPage(<CreatePage />, "/domains/new?source=empty");
    await userEvent.type(await screen.findByRole("textbox", { name: "Name" }), "taken");
    expect(await screen.findByText("node2 has one of this name.")).toBeVisible();
    await userEvent.clear(screen.getByRole("textbox", { name: "Name" }));
    await userEvent.type(screen.getByRole("textbox", { name: "Name" }), "free");
    expect(await screen.findByText("There is room in default.")).toBeVisible();
    await waitFor(() => expect(screen.queryByText("node2 has one of this name.")).toBeNull());
  });

  it("says in the header of a folded part what it is set to", async () => {
    renderPage(<CreatePage />, `/domains/new?source=empty&name=a&firmware=efi&count=3`);
    expect(await screen.findByRole("button", { name: /Firmware and security UEFI/ })).toBeVisible();
    expect(await screen.findByRole("button", { name: /Network default/ })).toBeVisible();
    expect(screen.getByRole("button", { name: /Options 3 of it/ })).toBeVisible();
    expect(screen.getByRole("button", { name: "Create 3" })).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: /Network default/ }));
    await userEvent.click(screen.getByRole("button", { name: "Remove network card 1" }));
    await waitFor(() => expect(screen.getByTestId("address")).toHaveTextContent("interfaces=%5B%5D"));
  });
});
