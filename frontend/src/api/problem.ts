/** A refusal of the API (RFC 9457), or the lack of any answer. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** What is wrong with each field that was sent. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** Members beyond the common ones: `job` of a busy object, `state` of one that does not allow the action. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Record<string, unknown>) {
    const { title, detail, code, errors, ...more } = body;
    super(typeof detail === "string" && detail !== "" ? detail : String(title ?? `HTTP ${status}`));
    this.name = "Problem";
    this.status = status;
    this.title = typeof title === "string" ? title : `HTTP ${status}`;
    this.code = typeof code === "string" ? code : `http_${status}`;
    this.errors = isFieldErrors(errors) ? errors : {};
    this.more = more;
  }

  get signedOut(): boolean {
    return this.status === 401;
  }

  get missing(): boolean {
    return this.status === 404;
  }

  get forbidden(): boolean {
    return this.status === 403;
  }

  /** No answer at all: the server is down or the way to it is cut. */
  get unreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

function isFieldErrors(value: unknown): value is Record<string, string[]> {
  return typeof value === "object" && value !== null && Object.values(value).every(Array.isArray);
}

/** The problem of a response, also where something in between answered with another content type. */
export async function problemOf(response: Response): Promise<Problem> {
  if (response.headers.get("Content-Type")?.includes("json")) {
    const body: unknown = await response.json().catch(() => null);
    if (typeof body === "object" && body !== null) return new Problem(response.status, body as Record<string, unknown>);
  }
  return new Problem(response.status, { title: response.statusText });
}

/** Whatever was thrown, as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(-1, { title: error instanceof Error ? error.message : String(error), code: "unexpected" });
}
