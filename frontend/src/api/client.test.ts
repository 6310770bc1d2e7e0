import { http, HttpResponse } from "msw";
import { describe, expect, it, vi } from "vitest";

import { API, server, serveAPI } from "../../tests/server";
import { api, onSignedOut, queryString } from "./client";
import { Problem } from "./problem";

serveAPI();

const refusal = async (promise: Promise<unknown>): Promise<Problem> =>
  promise.then(
    () => Promise.reject(new Error("it was not refused")),
    (error: unknown) => error as Problem,
  );

describe("the client", () => {
  it("throws the server's problem, whole", async () => {
    server.use(
      http.post(`${API}/domains/a/start/`, () =>
        HttpResponse.json(
          {
            type: "about:blank",
            title: "Conflict",
            status: 409,
            detail: "web1 is being migrated.",
            code: "busy",
            job: { id: "j" },
            errors: { name: ["Too long."] },
          },
          { status: 409, headers: { "Content-Type": "application/problem+json" } },
        ),
      ),
    );
    const problem = await refusal(api.post("/domains/a/start/"));
    expect(problem).toBeInstanceOf(Problem);
    expect(problem.message).toBe("web1 is being migrated.");
    expect(problem.code).toBe("busy");
    expect(problem.more.job).toEqual({ id: "j" });
    expect(problem.errors).toEqual({ name: ["Too long."] });
  });

  it("makes a problem of a proxy's page and of no answer at all", async () => {
    server.use(
      http.get(`${API}/hosts/`, () => new HttpResponse("<h1>Bad gateway</h1>", { status: 502, headers: { "Content-Type": "text/html" } })),
      http.get(`${API}/pools/`, () => HttpResponse.error()),
    );
    expect(await refusal(api.get("/hosts/"))).toMatchObject({ status: 502, unreachable: true });
    expect(await refusal(api.get("/pools/"))).toMatchObject({ status: 0, code: "no_answer", unreachable: true });
  });

  it("proves with the cookie's token that a change comes from our page, and sends none for a read", async () => {
    document.cookie = "csrftoken=abc123";
    const tokens: (string | null)[] = [];
    server.use(
      http.all(`${API}/domains/a/`, ({ request }) => {
        tokens.push(request.headers.get("X-CSRFToken"));
        return HttpResponse.json({});
      }),
    );
    await api.get("/domains/a/");
    await api.patch("/domains/a/", {});
    expect(tokens).toEqual([null, "abc123"]);
  });

  it("says when the session has ended", async () => {
    const ended = vi.fn();
    const forget = onSignedOut(ended);
    server.use(http.get(`${API}/hosts/`, () => HttpResponse.json({ title: "Sign in", code: "not_signed_in" }, { status: 401 })));
    await refusal(api.get("/hosts/"));
    expect(ended).toHaveBeenCalledOnce();
    forget();
  });

  it("leaves out of a query what is not asked for", () => {
    expect(queryString({ search: "", host: undefined, state: ["a", "b"], limit: 20 })).toBe("?state=a&state=b&limit=20");
    expect(queryString({})).toBe("");
  });
});
