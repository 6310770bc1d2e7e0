import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { Plan } from "../api/types";

const TYPING_MS = 400;

/** The value as it was when it last stood still: nothing is asked of the server at every key. */
export function useSettled<T>(value: T, after = TYPING_MS): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), after);
    return () => clearTimeout(timer);
  }, [value, after]);
  return settled;
}

/**
 * What the wish would do, asked anew as it changes. `of` names the request; no wish, no question.
 * The answer belongs to the wish as it stands only while `current` is true.
 */
export function usePlan<Wish>(of: readonly unknown[], wish: Wish | null, ask: (wish: Wish) => Promise<Plan>) {
  const written = wish === null ? "" : JSON.stringify(wish);
  const settled = useSettled(written);
  const query = useQuery({
    queryKey: ["plan", ...of, settled],
    queryFn: () => ask(JSON.parse(settled) as Wish),
    enabled: settled !== "" && written !== "",
    retry: false,
    gcTime: 0,
    staleTime: 0,
  });
  const current = settled === written && !query.isFetching;
  return { plan: written === "" ? undefined : query.data, error: written === "" ? null : query.error, busy: written !== "" && !current, current };
}
