import type { DomainAction } from "./action";
import { destroy } from "./destroy";
import { reboot } from "./reboot";
import { reset } from "./reset";
import { resume } from "./resume";
import { save } from "./save";
import { shutdown } from "./shutdown";
import { start } from "./start";
import { suspend } from "./suspend";

/** In the order of a menu. Between asking a guest to shut down and forcing it off there is always something else. */
export const ACTIONS: readonly DomainAction[] = [start, resume, shutdown, reboot, suspend, save, reset, destroy];

/** What a domain's state suggests first. */
export const PRIMARY: readonly DomainAction[] = [resume, start, shutdown];
