import { SaveIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** Write its memory to disk and stop it; the next start takes it up there. */
export const save: DomainAction = {
  name: "save",
  icon: SaveIcon,
  request: (domain) => api.post(`/domains/${domain.id}/save/`),
};
