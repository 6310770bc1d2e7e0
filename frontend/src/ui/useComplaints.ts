import { useEffect } from "react";
import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form";

import { asProblem } from "../api/problem";

/**
 * Puts what the server complains about at the form's fields and returns their names: those of the same name, or as
 * `fieldOf` says.
 */
export function useComplaints<T extends FieldValues>(form: UseFormReturn<T>, error: unknown, fieldOf: (complaint: string) => string = sameName): readonly string[] {
  const { setError, clearErrors, getValues } = form;
  const complaints = Object.fromEntries(Object.entries(error ? asProblem(error).errors : {}).map(([name, sentences]) => [fieldOf(name), sentences]));
  const said = JSON.stringify(complaints);
  useEffect(() => {
    clearErrors();
    for (const [field, sentences] of Object.entries(JSON.parse(said) as Record<string, string[]>)) {
      if (field in getValues()) setError(field as FieldPath<T>, { type: "server", message: sentences.join(" ") });
    }
  }, [said, setError, clearErrors, getValues]);
  return Object.keys(complaints).filter((field) => field in (form.formState.defaultValues ?? {}));
}

const sameName = (name: string): string => name;
