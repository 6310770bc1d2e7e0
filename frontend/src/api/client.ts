import { Problem, problemOf } from "./problem";

export const ROOT = "/api/v1";

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

type Listener = () => void;
const signedOutListeners = new Set<Listener>();

/** Hear of an answer that says the session has ended. */
export function onSignedOut(listener: Listener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

export function queryString(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const each of Array.isArray(value) ? value : [value]) params.append(name, String(each));
  }
  const text = params.toString();
  return text && `?${text}`;
}

/** Every request that changes something says it in its header. */
export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal, version?: string | null): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (version) headers["If-Match"] = version;
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(new URL(ROOT + path, window.location.href), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, { title: "No answer from the server", code: "no_answer" });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.signedOut) signedOutListeners.forEach((listener) => listener());
    throw problem;
  }
  return response;
}

async function read<T>(response: Response): Promise<T> {
  return (response.status === 204 ? undefined : await response.json()) as T;
}

function dataURL(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** The REST API. Paths are those below /api/v1; every refusal is thrown as a Problem. */
export const api = {
  get: async <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> =>
    read<T>(await send("GET", path + queryString(query), undefined, signal)),
  post: async <T>(path: string, body: unknown = {}, query: Query = {}): Promise<T> =>
    read<T>(await send("POST", path + queryString(query), body)),
  /** Changes of what people edit name the version that they mean, as `tagged` gave it: 412 when it is an older one. */
  patch: async <T>(path: string, body: unknown, query: Query = {}, version?: string | null): Promise<T> =>
    read<T>(await send("PATCH", path + queryString(query), body, undefined, version)),
  put: async <T>(path: string, body: unknown, query: Query = {}, version?: string | null): Promise<T> =>
    read<T>(await send("PUT", path + queryString(query), body, undefined, version)),
  /** What is read, and which version of it that is. */
  tagged: async <T>(path: string, signal?: AbortSignal): Promise<{ data: T; version: string | null }> => {
    const response = await send("GET", path, undefined, signal);
    return { version: response.headers.get("ETag"), data: await read<T>(response) };
  },
  /** A picture as a data URL. */
  picture: async (path: string, signal?: AbortSignal): Promise<string> => dataURL(await (await send("GET", path, undefined, signal)).blob()),
  delete: async <T>(path: string, query: Query = {}): Promise<T> => read<T>(await send("DELETE", path + queryString(query))),
};
