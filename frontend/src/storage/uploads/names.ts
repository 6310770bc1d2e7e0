/** What a volume cannot be called; the server has the last word. */
export function nameProblem(name: string): "empty" | "slash" | "dot" | "control" | null {
  if (name.trim() === "") return "empty";
  if (name.includes("/")) return "slash";
  if (name.startsWith(".")) return "dot";
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(name) ? "control" : null;
}

/** What content may be said to be before it is seen. */
export const FORMATS = ["raw", "iso", "qcow2", "vmdk", "vdi", "vhdx", "vpc", "qed", "ova"] as const;
