import { RedoIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** Ask the guest to reboot. */
export const reboot: DomainAction = {
  name: "reboot",
  icon: RedoIcon,
  request: (domain) => api.post(`/domains/${domain.id}/reboot/`),
};
