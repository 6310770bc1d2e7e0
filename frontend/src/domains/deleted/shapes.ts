import type { OpenJob, Reference } from "../../api/types";

export interface DeletedDomain {
  id: string;
  domain_id: string;
  name: string;
  host: Reference;
  volumes: { target: string; name: string; path: string }[];
  tags: string[];
  autostart: boolean;
  deleted_by: Reference | null;
  deleted_at: string;
  purge_at: string;
  job: OpenJob | null;
  version: number;
  actions: string[];
}
