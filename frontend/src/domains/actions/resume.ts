import { PlayIcon } from "@patternfly/react-icons";

import { api } from "../../api/client";
import type { DomainAction } from "./action";

/** Let a paused one run on. */
export const resume: DomainAction = {
  name: "resume",
  icon: PlayIcon,
  request: (domain) => api.post(`/domains/${domain.id}/resume/`),
};
