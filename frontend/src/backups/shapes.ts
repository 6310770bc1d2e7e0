import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type Backup = Schemas["Backup"];
export type Schedule = Schemas["Schedule"];
