import { useSyncExternalStore } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORED_AS = "ovirtlite.theme";
const systemDark = () => window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function stored(): Theme {
  const value = localStorage.getItem(STORED_AS);
  return THEMES.find((theme) => theme === value) ?? "system";
}

export function isDark(): boolean {
  const theme = stored();
  return theme === "dark" || (theme === "system" && systemDark().matches);
}

function show(): void {
  document.documentElement.classList.toggle("pf-v6-theme-dark", isDark());
  listeners.forEach((listener) => listener());
}

/** Show the stored theme, and follow the system's while that is the choice. */
export function startTheme(): void {
  systemDark().addEventListener("change", show);
  show();
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(STORED_AS, theme);
  show();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, stored);
}

export function useDark(): boolean {
  return useSyncExternalStore(subscribe, isDark);
}
