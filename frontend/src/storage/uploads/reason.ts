import { asProblem, Problem } from "../../api/problem";

interface Answered {
  originalResponse: { getStatus(): number; getBody(): string } | null;
}

/** Why it was refused, in the server's words where it said any. */
export function reasonOf(error: unknown): string {
  const answer = error instanceof Error && "originalResponse" in error ? (error as unknown as Answered).originalResponse : undefined;
  if (answer === undefined) return asProblem(error).message;
  if (answer === null) return new Problem(0, { title: "No answer from the server" }).message;
  try {
    return new Problem(answer.getStatus(), JSON.parse(answer.getBody()) as Record<string, unknown>).message;
  } catch {
    return new Problem(answer.getStatus(), {}).message;
  }
}
