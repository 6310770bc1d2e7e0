import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";

import { domain, job, page } from "../../../tests/examples";
import { renderPage } from "../../../tests/render";
import { API, server, serveAPI } from "../../../tests/server";
import { BulkBar } from "./BulkBar";
import { DomainActions } from "./DomainActions";
import { ACTIONS } from "./power";

serveAPI();
beforeEach(() => {
  sessionStorage.clear();
  server.use(
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/me/`, () => HttpResponse.json({ id: "u", permissions: { everywhere: ["template.manage"] } })),
  );
});

const OFF = { state: "shutoff" as const, actions: ["start", "undefine", "clone", "edit"] };
const menuOf = async (name = "web1") => {
  await userEvent.click(screen.getByRole("button", { name: `Actions of ${name}` }));
  return screen.getAllByRole("menuitem").map((item) => item.textContent);
};

describe("the actions of a domain", () => {
  it("are those that the server allows, and no others", async () => {
    renderPage(<DomainActions domain={domain()} />);
    expect(screen.getByRole("button", { name: "Shut down" })).toBeEnabled();
    expect(await menuOf()).toEqual(["Reboot", "Pause", "Save and stop", "Migrate", "Reset", "Force off"]);
  });

  it("suggest Start for what is off", async () => {
    renderPage(<DomainActions domain={domain(OFF)} />);
    expect(screen.getByRole("button", { name: "Start" })).toBeEnabled();
    await waitFor(async () => expect(await menuOf()).toEqual(["Clone", "Make template", "Rename", "Tags", "Protect against deletion", "Delete"]));
  });

  it("delete nothing that is protected", async () => {
    renderPage(<DomainActions domain={domain({ ...OFF, protected: true })} />);
    await menuOf();
    expect(screen.getByRole("menuitem", { name: /Delete/ })).toHaveTextContent("It is protected against deletion");
    expect(screen.getByRole("menuitem", { name: /Delete/ })).toBeDisabled();
    expect(screen.getByRole("menuitem", { name: "Allow deletion" })).toBeEnabled();
  });

  it("are none for somebody who may only look", () => {
    renderPage(<DomainActions domain={domain({ actions: ["read_xml"] })} />);
    expect(screen.queryByRole("button", { name: "Shut down" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Actions of web1" })).toBeNull();
  });

  it("never put Force off beside Shut down", () => {
    const names = ACTIONS.map((action) => action.name);
    expect(Math.abs(names.indexOf("destroy") - names.indexOf("shutdown"))).toBeGreaterThan(2);
  });

  it("start at one click", async () => {
    let asked = 0;
    server.use(
      http.post(`${API}/domains/:id/start/`, () => {
        asked += 1;
        return HttpResponse.json(job(), { status: 202 });
      }),
    );
    renderPage(<DomainActions domain={domain(OFF)} />);
    await userEvent.click(screen.getByRole("button", { name: "Start" }));
    await waitFor(() => expect(asked).toBe(1));
    await waitFor(() => expect(sessionStorage.getItem("ovirtlite.watched-jobs") ?? "").toContain("job-1"));
  });

  it("ask before what loses something, and keep asking with the reason when it is refused", async () => {
    let asked = 0;
    server.use(
      http.post(`${API}/domains/:id/destroy/`, () => {
        asked += 1;
        return HttpResponse.json({ title: "Conflict", detail: "web1 is being migrated.", code: "busy" }, { status: 409 });
      }),
    );
    renderPage(<DomainActions domain={domain()} />);
    await menuOf();
    await userEvent.click(screen.getByRole("menuitem", { name: "Force off" }));
    const dialog = screen.getByRole("dialog");
    expect(within(dialog).getByText(/Force web1 off/)).toBeVisible();
    expect(asked).toBe(0);
    await userEvent.click(within(dialog).getByRole("button", { name: "Force off" }));
    expect(await within(dialog).findByText(/web1 is being migrated/)).toBeVisible();
  });

  it("say why one was refused", async () => {
    server.use(
      http.post(`${API}/domains/:id/start/`, () =>
        HttpResponse.json({ title: "Conflict", detail: "It runs already.", code: "operation_invalid" }, { status: 409 }),
      ),
    );
    renderPage(<DomainActions domain={domain(OFF)} />);
    await userEvent.click(screen.getByRole("button", { name: "Start" }));
    expect(await screen.findByText("It runs already.")).toBeVisible();
  });

  it("wait while a job holds the domain", () => {
    renderPage(<DomainActions domain={domain({ job: { id: "j", kind: "domain.migrate", state: "running", progress: 5, step: "" } })} />);
    expect(screen.getByRole("button", { name: /Shut down/ })).toBeDisabled();
  });
});

describe("the bulk bar", () => {
  const selected = [domain(OFF), domain({ ...OFF, id: "b", name: "web2" }), domain({ id: "c", name: "web3" })];

  it("counts to how many an action can be done, and sends only those", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post(`${API}/domains/bulk/`, async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json({ job: job(), refused: [{ id: "b", name: "web2", code: "busy", detail: "It is busy." }] }, { status: 202 });
      }),
    );
    renderPage(<BulkBar selected={selected} onDone={() => {}} />);
    await userEvent.click(screen.getByRole("button", { name: "3 selected" }));
    const start = screen.getByRole("menuitem", { name: /Start 2/ });
    expect(start).toHaveTextContent("1 already runs or cannot");
    expect(screen.getByRole("menuitem", { name: /Resume 0/ })).toBeDisabled();
    await userEvent.click(start);
    expect(await screen.findByText(/web2: It is busy/)).toBeVisible();
    expect(bodies).toEqual([{ action: "start", ids: [selected[0]?.id, "b"] }]);
  });

  it("shows one plan before many are deleted, and asks for those only that can be", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post(`${API}/domains/bulk/`, async ({ request }) => {
        const body = (await request.json()) as { options: { volumes: boolean } };
        if (new URL(request.url).searchParams.get("plan") !== "1") {
          bodies.push(body);
          return HttpResponse.json({ job: job({ kind: "domain.bulk" }), refused: [] }, { status: 202 });
        }
        const changes = body.options.volumes ? [{ path: "disk:vda", before: "/pool/web1.qcow2", after: null, live: false }] : [];
        return HttpResponse.json({
          allowed: true,
          checks: [],
          domains: [
            { id: "a", name: "web1", code: "", detail: "", allowed: true, checks: [], changes },
            { id: "c", name: "web3", code: "operation_invalid", detail: "It is running.", allowed: false, checks: [], changes: [] },
          ],
        });
      }),
    );
    renderPage(<BulkBar selected={selected} onDone={() => {}} />);
    await userEvent.click(screen.getByRole("button", { name: "3 selected" }));
    await userEvent.click(screen.getByRole("menuitem", { name: /Delete 2/ }));
    const dialog = await screen.findByRole("dialog");
    expect(await within(dialog).findByText("It is running.")).toBeVisible();
    expect(within(dialog).getByRole("button", { name: "1 disk goes" })).toBeVisible();
    await userEvent.click(within(dialog).getByRole("checkbox", { name: "Delete their disks too" }));
    await waitFor(() => expect(within(dialog).queryByRole("button", { name: "1 disk goes" })).toBeNull());
    const submit = await within(dialog).findByRole("button", { name: "Delete 1" });
    await waitFor(() => expect(submit).toBeEnabled());
    await userEvent.click(submit);
    await waitFor(() => expect(bodies).toEqual([{ action: "undefine", ids: ["a"], options: { volumes: false } }]));
  });
});
