import { GlobeIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { ObjectName } from "../../access/ObjectName";
import { StateLabel } from "../../ui/StateLabel";
import type { Grant } from "../shapes";

/** Where a grant holds: on one object and what hangs on it, or everywhere. */
export function Where({ object }: { object: Grant["object"] }) {
  const { t } = useTranslation();
  return object ? <ObjectName object={object} /> : <StateLabel icon={GlobeIcon}>{t("admin.grants.everywhere")}</StateLabel>;
}
