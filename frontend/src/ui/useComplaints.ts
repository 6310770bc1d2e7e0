import { useEffect } from "react";
import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form";

import { asProblem } from "../api/problem";

/** Puts what the server complains about at the form's fields of the same name, and returns those names. */
export function useComplaints<T extends FieldValues>(form: UseFormReturn<T>, error: unknown): readonly string[] {
  const { setError, clearErrors, getValues } = form;
  const complaints = error ? asProblem(error).errors : {};
  const said = JSON.stringify(complaints);
  useEffect(() => {
    clearErrors();
    for (const [field, sentences] of Object.entries(JSON.parse(said) as Record<string, string[]>)) {
      if (field in getValues()) setError(field as FieldPath<T>, { type: "server", message: sentences.join(" ") });
    }
  }, [said, setError, clearErrors, getValues]);
  return Object.keys(complaints).filter((field) => field in (form.formState.defaultValues ?? {}));
}
