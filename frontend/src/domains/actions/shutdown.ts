import { PowerOffIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** Ask the guest to shut down; it may take its time or decline. */
export const shutdown: DomainAction = {
  name: "shutdown",
  icon: PowerOffIcon,
  request: (domain) => api.post(`/domains/${domain.id}/shutdown/`),
};
