import type { components } from "../api/schema";
import type { OpenJob, Reference } from "../api/types";

type Schemas = components["schemas"];

export type Layer = Schemas["Layer"];
export type Pool = Schemas["Pool"];
export type PoolOptions = Schemas["PoolOptions"];
/** A type of pools as a host offers it, and which parts it has. */
export type PoolType = Schemas["OfferedPoolType"];
export type Trend = Schemas["PoolTrend"];
/** Who stands on a volume. */
export type User = Schemas["ObjectReference"];
export type Volume = Schemas["Volume"];
export type WholeVolume = Schemas["VolumeDetail"];

/** A volume that holds an image of the library. */
export interface Copy {
  volume: Reference;
  pool: Reference;
  host: Reference;
}

export interface Image {
  id: string;
  name: string;
  description: string;
  kind: "iso" | "disk" | "appliance";
  format: string;
  os: string;
  arch: string;
  label: string;
  size_bytes: number;
  capacity_bytes: number;
  sha256: string;
  source_url: string;
  copies: Copy[];
  actions: string[];
  job: OpenJob | null;
  created_at: string;
}

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

export interface Upload {
  id: string;
  name: string;
  pool: Reference;
  size_bytes: number;
  offset_bytes: number;
  url: string;
}
