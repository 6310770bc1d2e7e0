// Endings that say a format: what they stand on another name they would lie.
const ENDINGS: Readonly<Record<string, string>> = { qcow2: "qcow2", raw: "img", vmdk: "vmdk", vdi: "vdi", vpc: "vhd", qed: "qed" };
const KNOWN = /\.(qcow2|img|raw|vmdk|vdi|vhd|vhdx|qed|iso)$/i;

/** "disk.qcow2" → "disk-copy.qcow2". */
export function copyName(name: string): string {
  const ending = KNOWN.exec(name)?.[0] ?? "";
  return `${name.slice(0, name.length - ending.length)}-copy${ending}`;
}

/** "disk.vmdk" as qcow2 → "disk.qcow2". */
export const withEnding = (name: string, format: string): string => `${name.replace(KNOWN, "")}.${ENDINGS[format] ?? format}`;

/** What the file of an address is called; "" where that cannot be seen. */
export function nameInURL(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "");
  } catch {
    return ""; // it is still being typed
  }
}
