import { ROOT } from "../api/client";

/** The browser saves what is at the path as any file: no page holds it meanwhile. */
export function download(path: string, name: string): void {
  const link = document.createElement("a");
  link.href = ROOT + path;
  link.download = name;
  link.click();
}
