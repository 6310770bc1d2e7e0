import { useTranslation } from "react-i18next";

import type { Role } from "../shapes";

/** What a role is for: of the built-in ones in the reader's language. */
export function useDescription(): (role: Pick<Role, "name" | "description" | "built_in">) => string {
  const { t } = useTranslation();
  return ({ name, description, built_in }) => (built_in ? t(`builtInRole.${name}`, { defaultValue: description }) : description);
}
