import type { components } from "../api/schema";
import type { Reference } from "../api/types";

type Schemas = components["schemas"];

export type Image = Schemas["Image"];
export type Layer = Schemas["Layer"];
export type Pool = Schemas["Pool"];
export type PoolOptions = Schemas["PoolOptions"];
/** A type of pools as a host offers it, and which parts it has. */
export type PoolType = Schemas["OfferedPoolType"];
export type Trend = Schemas["PoolTrend"];
export type Upload = Schemas["Upload"];
/** Who stands on a volume. */
export type User = Schemas["ObjectReference"];
export type Volume = Schemas["Volume"];
export type WholeVolume = Schemas["VolumeDetail"];

/** What somebody needs and is not there. */
export interface Dangling {
  user: User;
  host: Reference;
  path: string;
  reason: string;
}

export interface Report {
  orphans: Volume[];
  dangling: Dangling[];
}
