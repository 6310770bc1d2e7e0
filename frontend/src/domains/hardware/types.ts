import type { Thing } from "./form";

/** A device as it will be at the next start, and what of it is another while it runs. */
export interface Device extends Thing {
  key: string;
  kind: string;
  pending: "added" | "changed" | "removed" | null;
  /** How it runs until the next start, where that changes it. */
  live: Thing | null;
}

export interface Hardware {
  settings: Thing;
  devices: readonly Device[];
  /** What the next start will bring that does not run yet. */
  pending: readonly { path: string; live: string | null; inactive: string | null }[];
}
