import { useSyncExternalStore } from "react";

// The jobs that somebody asked for in this browser and whose end has not been told yet. It outlives a reload.
const STORED_AS = "ovirtlite.watched-jobs";
const MOST = 50;
const listeners = new Set<() => void>();
let watched: readonly string[] = load();

function load(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORED_AS) ?? "[]");
    return Array.isArray(stored) ? stored.filter((id) => typeof id === "string") : [];
  } catch {
    return []; // somebody else's data under our name: start anew
  }
}

function save(ids: readonly string[]): void {
  watched = ids;
  sessionStorage.setItem(STORED_AS, JSON.stringify(ids));
  listeners.forEach((listener) => listener());
}

export function watchJob(id: string): void {
  if (!watched.includes(id)) save([...watched, id].slice(-MOST));
}

export function unwatchJob(id: string): void {
  save(watched.filter((each) => each !== id));
}

export function useWatchedJobs(): readonly string[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => watched,
  );
}
