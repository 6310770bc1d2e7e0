import { QueryClient } from "@tanstack/react-query";

import { asProblem } from "../api/problem";

const RETRIES = 2;

export const queryClient = new QueryClient({
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
