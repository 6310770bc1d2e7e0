import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { page } from "../../../tests/examples";
import { API, server, serveAPI } from "../../../tests/server";
import { remember, remembered } from "./remembered";
import { uploads } from "./uploads";

interface Options {
  uploadUrl: string;
  onProgress: (sent: number) => void;
  onSuccess: () => void;
  onError: (error: Error) => void;
}

// The bytes themselves are tus-js-client's affair, and a browser's: the browser tests send some.
const { lines } = vi.hoisted(() => ({ lines: [] as { options: Options; started: number; aborted: number }[] }));
vi.mock("tus-js-client", () => ({
  Upload: class {
    started = 0;
    aborted = 0;
    constructor(_file: File, readonly options: Options) {
      lines.push(this);
    }
    start() {
      this.started += 1;
    }
    abort() {
      this.aborted += 1;
      return Promise.resolve();
    }
  },
}));

serveAPI();
const POOL = { id: "pool-1", name: "images" };
const wish = (name: string) => ({ file: new File(["content"], name, { lastModified: 5 }), name, pool: POOL });
const states = () => uploads.now().map(({ name, state }) => `${name} ${state}`);
const sends = (number: number) => vi.waitFor(() => expect(lines).toHaveLength(number), 5_000);
let deleted: string[] = [];

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  lines.length = 0;
  deleted = [];
  server.use(
    http.post(`${API}/uploads/`, async ({ request }) => {
      const { name } = (await request.json()) as { name: string };
      if (name === "taken") return HttpResponse.json({ title: "Invalid request", detail: "There is a volume taken already.", code: "invalid" }, { status: 400 });
      return HttpResponse.json({ id: `id-${name}`, name, url: `/api/v1/uploads/id-${name}/content/` }, { status: 201 });
    }),
    http.delete(`${API}/uploads/:id/`, ({ params }) => {
      deleted.push(String(params.id));
      return HttpResponse.json({}, { status: 202 });
    }),
  );
});
afterEach(() => uploads.now().forEach(({ key }) => uploads.dismiss(key)));

describe("uploads", () => {
  it("go two at once, the next when one is all there", async () => {
    uploads.add(["a", "b", "c"].map(wish));
    await sends(2);
    expect(states()).toEqual(["a sending", "b sending", "c waiting"]);
    expect(lines[0]?.options.uploadUrl).toBe("http://localhost/api/v1/uploads/id-a/content/");
    lines[0]?.options.onSuccess();
    await sends(3);
    expect(states()).toEqual(["a checking", "b sending", "c sending"]);
    uploads.ended(uploads.now()[0]?.key ?? "", "The sum is another.");
    expect(uploads.now()[0]).toMatchObject({ state: "failed", error: "The sum is another." });
    expect(remembered().map(({ id }) => id)).toEqual(["id-b", "id-c"]);
  });

  it("are held and gone on with, and warn whoever would leave meanwhile", async () => {
    uploads.add([wish("a")]);
    await sends(1);
    expect(window.onbeforeunload).not.toBeNull();
    const key = uploads.now()[0]?.key ?? "";
    uploads.pause(key);
    expect(states()).toEqual(["a paused"]);
    expect(window.onbeforeunload).toBeNull();
    expect(lines[0]).toMatchObject({ started: 1, aborted: 1 });
    uploads.resume(key);
    await vi.waitFor(() => expect(lines[0]?.started).toBe(2), 5_000);
    expect(lines).toHaveLength(1);
  });

  it("say why one is refused, and let the others go on", async () => {
    uploads.add([wish("taken"), wish("b")]);
    await sends(1);
    await vi.waitFor(() => expect(states()).toEqual(["taken failed", "b sending"]), 5_000);
    expect(uploads.now()[0]?.error).toBe("There is a volume taken already.");
  });

  it("are given up on the server too", async () => {
    uploads.add([wish("a")]);
    await sends(1);
    await uploads.cancel(uploads.now()[0]?.key ?? "");
    expect(deleted).toEqual(["id-a"]);
    expect(uploads.now()).toEqual([]);
    expect(remembered()).toEqual([]);
  });

  it("that a reload cut off go on with the same file only", async () => {
    const { file } = wish("a");
    remember("id-a", file);
    remember("id-gone", file);
    server.use(
      http.get(`${API}/uploads/`, () =>
        HttpResponse.json(page([{ id: "id-a", name: "a", pool: POOL, size_bytes: 7, offset_bytes: 3, url: "/api/v1/uploads/id-a/content/", actions: ["send", "delete"] }])),
      ),
    );
    await uploads.recall();
    expect(uploads.now()).toMatchObject([{ name: "a", state: "left", sent: 3 }]);
    expect(remembered().map(({ id }) => id)).toEqual(["id-a"]);
    const key = uploads.now()[0]?.key ?? "";
    expect(uploads.reclaim(key, new File(["another"], "b", { lastModified: 9 }))).toBe(false);
    expect(uploads.reclaim(key, file)).toBe(true);
    await sends(1);
    expect(lines[0]?.started).toBe(1);
  });
});
