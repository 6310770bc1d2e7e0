import { api, type Query } from "../api/client";
import type { Page, Permission } from "../api/types";
import { useMaySomewhere } from "./queries";

const NOTHING = { count: 0, next: null, previous: null, results: [] };

/** The way to read lists that help to fill a form: for who may see nothing in them they are empty, and nobody is asked. */
export function useListing(permission: Permission) {
  const may = useMaySomewhere(permission);
  return <T>(path: string, query: Query, signal: AbortSignal): Promise<Page<T>> => (may ? api.get<Page<T>>(path, query, signal) : Promise.resolve(NOTHING));
}
