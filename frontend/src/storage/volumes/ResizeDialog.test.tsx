import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, it } from "vitest";

import { job, page, pool, volume } from "../../../tests/examples";
import { renderPage } from "../../../tests/render";
import { API, server, serveAPI } from "../../../tests/server";
import { ResizeDialog } from "./ResizeDialog";

serveAPI();

it("asks for a word before a volume becomes smaller", async () => {
  const sent: unknown[] = [];
  server.use(
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.post(`${API}/volumes/:id/resize/`, async ({ request }) => {
      if (new URL(request.url).searchParams.get("plan") === "1") return HttpResponse.json({ allowed: true, checks: [], changes: [] });
      sent.push(await request.json());
      return HttpResponse.json(job({ kind: "volume.resize" }), { status: 202 });
    }),
  );
  renderPage(<ResizeDialog volume={volume({ capacity_bytes: 2 * 1024 ** 3 })} pool={pool()} onClose={() => undefined} />);
  const size = screen.getByRole("textbox", { name: "Size" });
  const resize = screen.getByRole("button", { name: "Resize" });
  expect(resize).toBeDisabled();
  await userEvent.clear(size);
  await userEvent.type(size, "1");
  expect(await screen.findByText("The last 1 GiB of disk.qcow2 are lost, with whatever is in them")).toBeVisible();
  expect(resize).toBeDisabled();
  await userEvent.click(screen.getByRole("checkbox", { name: "Make it smaller all the same" }));
  await waitFor(() => expect(resize).toBeEnabled());
  await userEvent.click(resize);
  await waitFor(() => expect(sent).toEqual([{ capacity_bytes: 1024 ** 3, force: true }]));
});
