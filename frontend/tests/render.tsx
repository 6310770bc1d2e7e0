import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider, useLocation } from "react-router";

import type { Me } from "../src/api/types";
import { Toasts } from "../src/ui/Toasts";
import { me } from "./examples";

function Address() {
  const { pathname, search } = useLocation();
  return <output data-testid="address">{pathname + search}</output>;
}

/**
 * Render as a page of the app: with a router, toasts, a query client that tries once, and somebody who has signed in, as
 * pages are only shown to one: an administrator, unless it is said who.
 */
export function renderPage(element: ReactNode, at = "/", who: Me = me()): RenderResult & { client: QueryClient } {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 10_000 } } });
  client.setQueryData(["me"], who);
  const page = (
    <Toasts>
      {element}
      <Address />
    </Toasts>
  );
  const router = createMemoryRouter([{ path: "*", element: page }], { initialEntries: [at] });
  const result = render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...result, client };
}
