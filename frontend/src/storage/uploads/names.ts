/** What a volume cannot be called; the server has the last word. */
export function nameProblem(name: string): "empty" | "slash" | "dot" | "control" | null {
  if (name.trim() === "") return "empty";
  if (name.includes("/")) return "slash";
  if (name.startsWith(".")) return "dot";
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(name) ? "control" : null;
}

const BY_ENDING: Readonly<Record<string, string>> = { qcow2: "qcow2", iso: "iso", vmdk: "vmdk", vdi: "vdi", vhdx: "vhdx", vhd: "vpc" };

/** The format that a file's name promises; whether it keeps that is looked at on the node. */
export const formatOf = (name: string): string => BY_ENDING[name.toLowerCase().split(".").at(-1) ?? ""] ?? "raw";
