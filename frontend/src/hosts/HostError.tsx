import { useTranslation } from "react-i18next";

import type { Host } from "../api/types";
import { keyChanged } from "./hostKey";

/** Why a host cannot be used, in a list: what its own page says in full. */
export function HostError({ host }: { host: Host }) {
  const { t } = useTranslation();
  if (host.error === null) return null;
  return <div className="ol-quiet ol-short">{keyChanged(host) ? t("host.hostKey.changedShort") : host.error.detail}</div>;
}
