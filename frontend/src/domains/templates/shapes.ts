import type { OpenJob, Reference } from "../../api/types";

export interface TemplateVersion {
  number: number;
  /** Its disks are copied; domains can be made of it. */
  ready: boolean;
  source: string;
  notes: string;
  created_by: string;
  created_at: string;
  vcpus: number;
  memory_bytes: number;
  disks: { target: string; pool: string; volume: string; path: string; format: string; capacity_bytes: number }[];
}

export interface Template {
  id: string;
  name: string;
  description: string;
  host: Reference;
  latest: number | null;
  versions: TemplateVersion[];
  job: OpenJob | null;
  created_at: string;
  updated_at: string;
  version: number;
  actions: string[];
}
