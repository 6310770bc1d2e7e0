import { act, renderHook, screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";

import { job, page } from "../../tests/examples";
import { renderPage } from "../../tests/render";
import { API, server, serveAPI } from "../../tests/server";
import { keys } from "../live/keys";
import { JobWatcher } from "./JobWatcher";
import { unwatchJob, useWatchedJobs, watchJob } from "./watched";

serveAPI();
let now = job();

beforeEach(() => {
  now = job({ state: "running" });
  server.use(
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.get(`${API}/jobs/job-1/`, () => HttpResponse.json(now)),
  );
  // Whatever a test before this one asked for, in this file or another.
  renderHook(() => useWatchedJobs()).result.current.forEach(unwatchJob);
});

describe("the end of a job", () => {
  it("is told once, from the job itself, with the way to its object", async () => {
    const { client } = renderPage(<JobWatcher />);
    act(() => watchJob("job-1"));
    await waitFor(() => expect(client.getQueryData(keys.one("job", "job-1"))).toBeDefined());
    expect(screen.queryByText(/Start: done/)).toBeNull();
    now = job({ state: "succeeded" });
    await act(() => client.invalidateQueries({ queryKey: ["job"] }));
    expect(await screen.findByText("Start: done for web1")).toBeVisible();
    expect(screen.getByText("Show web1")).toBeVisible();
    expect(sessionStorage.getItem("ovirtlite.watched-jobs")).toBe("[]");
  });

  it("is told with its reason when it failed", async () => {
    now = job({ state: "failed", error: { code: "no_capacity", detail: "node1 has no memory left." } });
    renderPage(<JobWatcher />);
    act(() => watchJob("job-1"));
    expect(await screen.findByText("node1 has no memory left.")).toBeVisible();
  });

  it("is not waited for when the job is gone", async () => {
    server.use(http.get(`${API}/jobs/job-1/`, () => HttpResponse.json({ title: "Not found", code: "not_found" }, { status: 404 })));
    renderPage(<JobWatcher />);
    act(() => watchJob("job-1"));
    await waitFor(() => expect(sessionStorage.getItem("ovirtlite.watched-jobs")).toBe("[]"));
  });
});
