import { bytesOf } from "../../ui/sizes";

export interface VolumeForm {
  name: string;
  capacity_bytes: string;
  /** Empty: the pool decides. */
  format: string;
  backing: string;
  preallocation: "off" | "metadata" | "full";
  encrypted: boolean;
  passphrase: string;
}

export const NEW_VOLUME: VolumeForm = { name: "", capacity_bytes: "20 GiB", format: "", backing: "", preallocation: "off", encrypted: false, passphrase: "" };

const SHORTEST_PASSPHRASE = 8;

/** What is sent; null while something is missing. */
export function volumeSpec(values: VolumeForm): Record<string, unknown> | null {
  const name = values.name.trim();
  const size = bytesOf(values.capacity_bytes);
  if (name === "" || (size === null && values.backing === "") || (values.encrypted && values.passphrase.length < SHORTEST_PASSPHRASE)) return null;
  return {
    name,
    ...(size !== null && { capacity_bytes: size }),
    ...(values.format && { format: values.format }),
    ...(values.backing && { backing: values.backing }),
    ...(values.preallocation !== "off" && { preallocation: values.preallocation }),
    ...(values.encrypted && { encryption: { passphrase: values.passphrase } }),
  };
}

/** A passphrase is not put into a shell's history. */
export const withoutPassphrase = (spec: Record<string, unknown>): Record<string, unknown> =>
  spec.encryption ? { ...spec, encryption: { passphrase: "PASSPHRASE" } } : spec;

export const volumeFieldOf = (complaint: string): string => (complaint.startsWith("encryption") ? "passphrase" : complaint);
