import { BanIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** Pull the plug: the guest is not asked. */
export const destroy: DomainAction = {
  name: "destroy",
  icon: BanIcon,
  danger: true,
  confirm: true,
  request: (domain) => api.post(`/domains/${domain.id}/destroy/`),
};
