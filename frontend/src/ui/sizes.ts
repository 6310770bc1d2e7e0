/** Sizes as one writes them, in a form's text and back. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
export type Unit = (typeof UNITS)[number];
export const OFFERED_UNITS: readonly Unit[] = ["MiB", "GiB", "TiB"];

/** "2 GiB": in the largest unit that says it exactly. */
export function bytesText(value: number): string {
  let amount = value;
  let unit = 0;
  while (amount !== 0 && amount % 1024 === 0 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount} ${UNITS[unit]}`;
}

/** The bytes of such a text; null where it is none. */
export function bytesOf(text: string): number | null {
  const [amount = "", unit = "B"] = text.trim().split(/\s+/);
  const power = UNITS.indexOf(unit as Unit);
  const size = Number(amount.replace(",", "."));
  if (amount === "" || power < 0 || !Number.isFinite(size) || size < 0) return null;
  return Math.round(size * 1024 ** power);
}
