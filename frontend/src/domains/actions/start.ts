import { PlayIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** Boot it, or take up what a save has put aside. */
export const start: DomainAction = {
  name: "start",
  icon: PlayIcon,
  request: (domain) => api.post(`/domains/${domain.id}/start/`),
};
