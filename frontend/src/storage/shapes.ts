import type { OpenJob, Pool as ListedPool, Reference, Volume as ListedVolume } from "../api/types";

/** Who stands on a volume. */
export interface User {
  kind: string;
  id: string;
  name: string;
}

export interface Shared {
  id: string;
  name: string;
  hosts: Reference[];
}

export type Pool = ListedPool & { shared: Shared | null; detail: Record<string, unknown>; job: OpenJob | null };

export interface Layer {
  id: string | null;
  name: string | null;
  pool: Reference | null;
  path: string;
  format: string;
}

export type Volume = ListedVolume & {
  host: Reference;
  encryption: string;
  used_by: User[];
  used_by_words: string;
  actions: string[];
  job: OpenJob | null;
};

export type WholeVolume = Volume & { chain: Layer[]; layers: Layer[] };

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

/** What no domain, template or anything else knows of. */
export interface Orphan {
  volume: Volume;
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

export interface Sample {
  at: string;
  capacity_bytes: number;
  available_bytes: number;
}

export interface Upload {
  id: string;
  name: string;
  pool: Reference;
  size_bytes: number;
  offset_bytes: number;
  url: string;
  expires_at: string;
}

/** A type of pools as a host offers it, and which parts it has. */
export interface PoolType {
  type: string;
  supported: boolean;
  fields: { name: string; required: boolean }[];
  formats: string[];
  default_format: string;
  volume_formats: string[];
  target: string;
  auth: string;
  builds: boolean;
  overwrites: boolean;
  removes: boolean;
  discovers: boolean;
  makes_volumes: boolean;
  many_hosts: boolean;
  many_devices: boolean;
}

export interface PoolOptions {
  types: PoolType[];
}

export interface NewUpload extends Upload {
  job: OpenJob;
}
