import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { domain, job, page } from "../../../tests/examples";
import { renderPage } from "../../../tests/render";
import { API, server, serveAPI } from "../../../tests/server";
import { unwatchJob } from "../../jobs/watched";
import DomainXML from "./DomainXML";

// CodeMirror wants a layout: here a plain field takes the text.
vi.mock("../../ui/XMLCode", () => ({
  XMLCode: ({ value, label, onChange }: { value: string; label: string; onChange?: (value: string) => void }) => (
    <textarea aria-label={label} value={value} readOnly={!onChange} onChange={(event) => onChange?.(event.target.value)} />
  ),
  goToLine: () => undefined,
}));

serveAPI();
afterEach(() => unwatchJob("job-xml")); // the list outlives a test
let version = 3;
let theirs = "<domain/>";
let saved: { xml: string; version: string | null }[] = [];

beforeEach(() => {
  version = 3;
  theirs = "<domain/>";
  saved = [];
  server.use(
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/domains/:id/xml/`, () =>
      HttpResponse.json({ live: null, inactive: theirs, fetched_at: null }, { headers: { ETag: `"${version}"` } }),
    ),
    http.post(`${API}/domains/:id/xml/check/`, () =>
      HttpResponse.json({ title: "Bad", detail: "It is no document.", code: "invalid", errors: { xml: ["line 7: what is this"] } }, { status: 400 }),
    ),
    http.put(`${API}/domains/:id/xml/`, async ({ request }) => {
      const { xml } = (await request.json()) as { xml: string };
      if (new URL(request.url).searchParams.get("plan")) {
        return HttpResponse.json({ allowed: true, checks: [], diff: `--- a\n+++ b\n@@ -1 +1 @@\n-${theirs}\n+${xml}\n` });
      }
      const named = request.headers.get("If-Match");
      if (named !== `"${version}"`) return HttpResponse.json({ title: "Changed", code: "stale" }, { status: 412 });
      saved.push({ xml, version: named });
      return HttpResponse.json(job({ id: "job-xml", kind: "domain.edit_xml" }), { status: 202 });
    }),
  );
});

const edit = async () => {
  renderPage(<DomainXML domain={domain({ actions: ["edit_xml", "read_xml"] })} />);
  await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
  return screen.getByLabelText("Definition for the next start");
};
const click = (name: string) => userEvent.click(screen.getByRole("button", { name }));

describe("changing the XML by hand", () => {
  it("cannot be begun by who may only read", async () => {
    renderPage(<DomainXML domain={domain({ actions: ["read_xml"] })} />);
    expect(await screen.findByLabelText("XML")).toHaveValue("<domain/>");
    expect(screen.queryByRole("button", { name: "Edit" })).toBeNull();
  });

  it("says what is wrong and leads to the line", async () => {
    fireEvent.change(await edit(), { target: { value: "<nonsense/>" } });
    await click("Check");
    expect(await screen.findByText("line 7: what is this")).toBeVisible();
    expect(screen.getByRole("button", { name: "Go to line 7" })).toBeVisible();
  });

  it("is saved after its difference was seen, naming the version that it was made from", async () => {
    fireEvent.change(await edit(), { target: { value: "<domain id='1'/>" } });
    await click("Review and save");
    expect(await screen.findByText(/\+<domain id='1'\/>/)).toBeVisible();
    await click("Save");
    await waitFor(() => expect(saved).toEqual([{ xml: "<domain id='1'/>", version: '"3"' }]));
  });

  it("is never saved over what somebody else changed meanwhile, and not lost", async () => {
    fireEvent.change(await edit(), { target: { value: "<domain mine='1'/>" } });
    version = 4;
    theirs = "<domain theirs='1'/>";
    await click("Review and save");
    await screen.findByText(/\+<domain mine='1'\/>/);
    await click("Save");
    expect(await screen.findByText("It was changed by somebody else meanwhile")).toBeVisible();
    expect(saved).toEqual([]);
    expect(screen.getByLabelText("Definition for the next start")).toHaveValue("<domain mine='1'/>");

    await waitFor(() => expect(screen.getByRole("button", { name: "Compare mine with it" })).toBeEnabled());
    await click("Compare mine with it");
    expect(await screen.findByText(/-<domain theirs='1'\/>/)).toBeVisible();
    await click("Save");
    await waitFor(() => expect(saved).toEqual([{ xml: "<domain mine='1'/>", version: '"4"' }]));
  });
});
