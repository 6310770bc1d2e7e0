import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll } from "vitest";

/** The REST API of a test: what is not answered on purpose fails the test. */
export const server = setupServer();

export const API = "http://localhost/api/v1";

export function serveAPI(): void {
  beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
}
