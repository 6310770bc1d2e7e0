import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";

import { domain, job, page } from "../../../tests/examples";
import { renderPage } from "../../../tests/render";
import { API, server, serveAPI } from "../../../tests/server";
import { DeleteDialog } from "./DeleteDialog";

serveAPI();
let bodies: unknown[] = [];

beforeEach(() => {
  bodies = [];
  sessionStorage.clear();
  server.use(
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.post(`${API}/domains/:id/undefine/`, async ({ request }) => {
      const body = (await request.json()) as { volumes: true | string[] };
      const planned = new URL(request.url).searchParams.get("plan") === "1";
      if (!planned) {
        bodies.push(body);
        return HttpResponse.json(job({ kind: "domain.undefine" }), { status: 202 });
      }
      const going = body.volumes === true ? ["vda", "vdb"] : body.volumes;
      return HttpResponse.json({
        allowed: !going.includes("vdb"),
        checks: [
          { code: "state", ok: true, detail: "web1 is shutoff." },
          ...(going.includes("vdb") ? [{ code: "in_use", ok: false, detail: "vdb: /pool/b is used by web2." }] : []),
          { code: "stays", ok: true, detail: "sda stays: it is a cdrom." },
        ],
        changes: [
          { path: "definition", before: "web1", after: null, live: true },
          ...going.map((target) => ({ path: `disk:${target}`, before: `/pool/${target}`, after: null, live: false })),
        ],
      });
    }),
  );
});

const off = domain({ state: "shutoff", actions: ["undefine"] });

describe("deleting a domain", () => {
  it("names the disks that go, says what stands against it, and sends what was chosen", async () => {
    renderPage(<DeleteDialog domain={off} onClose={() => {}} />);
    expect(await screen.findByRole("checkbox", { name: /vda/ })).toBeChecked();
    expect(screen.getByText("sda stays: it is a cdrom.")).toBeVisible();
    expect(await screen.findByText("vdb: /pool/b is used by web2.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Delete" })).toBeDisabled();

    await userEvent.click(screen.getByRole("checkbox", { name: /vdb/ }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Delete" })).toBeEnabled());
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(bodies).toEqual([{ volumes: ["vda"], permanent: false }]));
  });

  it("wants the name typed where nothing brings it back", async () => {
    renderPage(<DeleteDialog domain={off} onClose={() => {}} />);
    await userEvent.click(await screen.findByRole("checkbox", { name: /vdb/ }));
    await userEvent.click(screen.getByRole("radio", { name: "For good, at once" }));
    expect(screen.getByText(/all data on this disk are lost at once/)).toBeVisible();
    const submit = screen.getByRole("button", { name: "Delete for good" });
    await userEvent.type(screen.getByRole("textbox", { name: /Type web1/ }), "web");
    expect(submit).toBeDisabled();
    await userEvent.type(screen.getByRole("textbox", { name: /Type web1/ }), "1");
    await waitFor(() => expect(submit).toBeEnabled());
    await userEvent.click(submit);
    await waitFor(() => expect(bodies).toEqual([{ volumes: ["vda"], permanent: true }]));
  });
});
