import { TrashIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** Take its definition off the host. Its disks stay. */
export const undefine: DomainAction = {
  name: "undefine",
  icon: TrashIcon,
  apart: true,
  danger: true,
  confirm: true,
  request: (domain) => api.delete(`/domains/${domain.id}/`),
};
