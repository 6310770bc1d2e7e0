import type { CreationForm } from "./form";
import type { CreationOptions, MachineOffer } from "./shapes";

/** q35, pc-q35-7.2 → q35; pc, pc-i440fx-7.2 → pc: what one of a family may have, all of it may. */
const familyOf = (machine: string): string => (machine.includes("q35") ? "q35" : (machine.split("-")[0] ?? machine));

/** What the machine that is chosen so far may have; the host's best comes first. */
export function offerFor(options: CreationOptions | undefined, { type, arch, machine }: Pick<CreationForm, "type" | "arch" | "machine">): MachineOffer | undefined {
  const fitting = (options?.machines ?? []).filter((each) => (type === "" || each.type === type) && (arch === "" || each.arch === arch));
  return fitting.find((each) => machine !== "" && familyOf(each.machine) === familyOf(machine)) ?? fitting[0];
}
