import { QueryCache, QueryClient } from "@tanstack/react-query";

import { asProblem } from "../api/problem";

const RETRIES = 2;

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    // What was read while one still might must not stay on the page.
    onError: (error, query) => {
      const problem = asProblem(error);
      if ((problem.forbidden || problem.missing) && query.state.data !== undefined) query.setState({ data: undefined });
    },
  }),
  defaultOptions: {
    queries: {
      // Notices say what is outdated; without one, what was read a moment ago still holds.
      staleTime: 10_000,
      retry: (failures, error) => failures < RETRIES && asProblem(error).unreachable,
      retryDelay: (failures) => 500 * 2 ** failures,
      networkMode: "always", // the server may be this very machine
    },
    mutations: { networkMode: "always" },
  },
});
