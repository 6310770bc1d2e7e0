import { PauseIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** Hold it where it is, in memory. */
export const suspend: DomainAction = {
  name: "suspend",
  icon: PauseIcon,
  apart: true,
  request: (domain) => api.post(`/domains/${domain.id}/suspend/`),
};
