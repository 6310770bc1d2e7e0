import type { components } from "../../api/schema";

type Schemas = components["schemas"];

export type CreationBody = Schemas["CreateBodyRequest"];
export type CreationOptions = Schemas["CreationOptions"];
export type MachineOffer = Schemas["MachineOffer"];
export type OfferedVolume = Schemas["OfferedVolume"];
