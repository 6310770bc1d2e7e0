/** What one picks at a glance; each part can be changed afterwards. */
export const SIZES = {
  fitting: { vcpus: "", memory: "", disk: "" },
  small: { vcpus: "1", memory: "1", disk: "10" },
  medium: { vcpus: "2", memory: "4", disk: "40" },
  large: { vcpus: "4", memory: "8", disk: "80" },
} as const;

export type SizeName = keyof typeof SIZES;

export const SIZE_NAMES = Object.keys(SIZES) as SizeName[];

const GIB = 2 ** 30;

/** "1.5" GiB as bytes; a comma is a point to half of the world. */
export const gibToBytes = (text: string): number => Math.round(Number(text.replace(",", ".")) * GIB);

/** Bytes as the GiB that one would write. */
export const bytesToGiB = (bytes: number): string => String(Math.round((bytes / GIB) * 1000) / 1000);

export const GIB_WRITTEN = /^\d+([.,]\d+)?$/;
