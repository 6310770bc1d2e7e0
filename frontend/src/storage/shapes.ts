import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type Image = Schemas["Image"];
export type Layer = Schemas["Layer"];
/** What somebody needs and is not there. */
export type Dangling = Schemas["Dangling"];
/** What nothing knows of. */
export type Orphan = Schemas["Orphan"];
export type Pool = Schemas["Pool"];
export type PoolOptions = Schemas["PoolOptions"];
/** A type of pools as a host offers it, and which parts it has. */
export type PoolType = Schemas["OfferedPoolType"];
export type Report = Schemas["StorageReport"];
export type Trend = Schemas["PoolTrend"];
export type Upload = Schemas["Upload"];
/** Who stands on a volume. */
export type User = Schemas["ObjectReference"];
export type Volume = Schemas["Volume"];
export type WholeVolume = Schemas["VolumeDetail"];
