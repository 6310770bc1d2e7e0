import type { components } from "../../api/schema";

export type DeletedDomain = components["schemas"]["DeletedDomain"];
