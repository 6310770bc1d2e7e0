import type { components } from "../../api/schema";

type Schemas = components["schemas"];

export type Template = Schemas["Template"];
export type TemplateVersion = Schemas["TemplateVersion"];
export type TemplateWish = Schemas["TemplateBodyRequest"];
