import { SyncAltIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** The reset button: the guest is not asked. */
export const reset: DomainAction = {
  name: "reset",
  icon: SyncAltIcon,
  apart: true,
  danger: true,
  confirm: true,
  request: (domain) => api.post(`/domains/${domain.id}/reset/`),
};
