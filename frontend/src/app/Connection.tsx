import { Label, Tooltip } from "@patternfly/react-core";
import { ConnectedIcon, DisconnectedIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { useLiveState } from "../live/state";

/** Whether what the page shows is live. */
export function Connection() {
  const { t } = useTranslation();
  const state = useLiveState();
  const live = state === "live";
  return (
    <Tooltip content={t(`live.${state}Body`)}>
      <Label
        isCompact
        variant={live ? "outline" : "filled"}
        color={live ? "green" : "orange"}
        icon={live ? <ConnectedIcon /> : <DisconnectedIcon />}
        className={live ? "ol-live" : undefined}
        data-live={state}
        role="status"
      >
        {t(`live.${state}`)}
      </Label>
    </Tooltip>
  );
}
