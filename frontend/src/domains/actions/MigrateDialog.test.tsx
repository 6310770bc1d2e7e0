import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { domain, host, job, page } from "../../../tests/examples";
import { renderPage } from "../../../tests/render";
import { API, server, serveAPI } from "../../../tests/server";
import { MigrateDialog } from "./MigrateDialog";

serveAPI();
let bodies: { planned: boolean; body: unknown }[] = [];

beforeEach(() => {
  bodies = [];
  const here = host({ id: "host-1", name: "node1" });
  const containers = host({ id: "host-3", name: "node3", driver: "lxc" });
  server.use(
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/hosts/`, () => HttpResponse.json(page([here, host(), containers]))),
    http.post(`${API}/domains/:id/migrate/`, async ({ request }) => {
      const body = (await request.json()) as { copy_storage: boolean };
      const planned = new URL(request.url).searchParams.get("plan") === "1";
      bodies.push({ planned, body });
      if (!planned) return HttpResponse.json(job({ kind: "domain.migrate" }), { status: 202 });
      return HttpResponse.json({
        allowed: body.copy_storage,
        checks: [
          { code: "answers", ok: true, detail: "node2 is up." },
          { code: "storage", ok: body.copy_storage, detail: "disk.qcow2 is on node1 only." },
        ],
      });
    }),
  );
});

const choose = async () => {
  const field = await screen.findByRole("combobox", { name: /To host/ });
  await screen.findByRole("option", { name: "node2" });
  await userEvent.selectOptions(field, "node2");
};
const button = () => screen.getByRole("button", { name: "Migrate" });

describe("the migrate dialog", () => {
  it("offers the hosts of the same kind that are up, without the one it is on", async () => {
    renderPage(<MigrateDialog domain={domain()} onClose={() => {}} />);
    await screen.findByRole("option", { name: "node2" });
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual(["Choose a host", "node2"]);
    expect(button()).toBeDisabled();
  });

  it("shows what stands against it before anything is done, and lets nobody pass", async () => {
    renderPage(<MigrateDialog domain={domain()} onClose={() => {}} />);
    await choose();
    expect(await screen.findByText("disk.qcow2 is on node1 only.")).toBeVisible();
    expect(button()).toBeDisabled();
    expect(bodies).toEqual([{ planned: true, body: { host: "host-2", copy_storage: false } }]);
  });

  it("plans anew when the wish changes, and migrates what was planned", async () => {
    const closed = vi.fn();
    renderPage(<MigrateDialog domain={domain()} onClose={closed} />);
    await choose();
    await userEvent.click(screen.getByRole("switch", { name: /Copy its disks/ }));
    await vi.waitFor(() => expect(button()).toBeEnabled());
    await userEvent.click(button());
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
    expect(bodies.filter(({ planned }) => !planned)).toEqual([{ planned: false, body: { host: "host-2", copy_storage: true } }]);
  });

  it("says so when there is nowhere to go", async () => {
    server.use(http.get(`${API}/hosts/`, () => HttpResponse.json(page([]))));
    renderPage(<MigrateDialog domain={domain()} onClose={() => {}} />);
    expect(await screen.findByText(/no other host of the same kind/)).toBeVisible();
  });
});
