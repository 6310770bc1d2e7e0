import { useEffect } from "react";
import type { FieldPath, UseFormReturn } from "react-hook-form";

import { asProblem } from "../../api/problem";
import type { Plan } from "../../api/types";
import { placeOf, type NetworkForm } from "./form";

/** What is wrong, by field: as a refusal says it, or a plan whose failed checks are named after their fields. */
export function complaintsOf(error: unknown, plan: Plan | undefined): Record<string, readonly string[]> {
  if (error) return { ...asProblem(error).errors };
  const found: Record<string, string[]> = {};
  for (const { code, ok, detail } of plan?.checks ?? []) {
    if (!ok) (found[code] ??= []).push(detail.startsWith(`${code}: `) ? detail.slice(code.length + 2) : detail);
  }
  return found;
}

/** Puts complaints at their fields. Returns the names that have one, and the plan without what is said there. */
export function useFieldErrors(form: UseFormReturn<NetworkForm>, error: unknown, plan: Plan | undefined) {
  const { setError, clearErrors, getValues } = form;
  const said = JSON.stringify(complaintsOf(error, plan));
  useEffect(() => {
    clearErrors();
    for (const [field, sentences] of Object.entries(JSON.parse(said) as Record<string, string[]>)) {
      const place = placeOf(field, getValues());
      if (place) setError(place as FieldPath<NetworkForm>, { type: "server", message: sentences.join(" ") });
    }
  }, [said, setError, clearErrors, getValues]);
  const shown = Object.keys(JSON.parse(said) as object).filter((field) => placeOf(field, getValues()) !== null);
  return { shown, rest: plan && { ...plan, checks: plan.checks.filter(({ ok, code }) => ok || !shown.includes(code)) } };
}
