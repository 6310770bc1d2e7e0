import { ExchangeAltIcon, TrashIcon } from "@patternfly/react-icons";
import type { ComponentType } from "react";

import { destroy } from "./destroy";
import { reboot } from "./reboot";
import { resume } from "./resume";
import { save } from "./save";
import { shutdown } from "./shutdown";
import { start } from "./start";
import { suspend } from "./suspend";

/** Something that may be done to many domains at once. */
export interface BulkAction {
  /** The verb of the API, and of a domain's `actions`. */
  name: string;
  icon: ComponentType;
  danger?: boolean;
  /** Ask first, with the plan: it loses something, or has to be told more. */
  asks?: boolean;
  apart?: boolean;
}

/** In the order of the menu. */
export const BULK_ACTIONS: readonly BulkAction[] = [
  start,
  shutdown,
  reboot,
  suspend,
  resume,
  save,
  { name: "migrate", icon: ExchangeAltIcon, asks: true },
  { ...destroy, asks: true, apart: true },
  { name: "undefine", icon: TrashIcon, danger: true, asks: true },
];
