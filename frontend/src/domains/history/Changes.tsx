import { useTranslation } from "react-i18next";

import type { Revision } from "../../api/types";
import { Change } from "../../ui/PlanView";

const MOST = 3;

/** What differs from the version before: the first of it, and how much more there is. */
export function Changes({ changes }: { changes: Revision["changes"] }) {
  const { t } = useTranslation();
  return (
    <ul className="ol-changes">
      {changes.slice(0, MOST).map((change) => (
        <li key={change.path}>
          <Change what={change.path} before={change.before} after={change.after} />
        </li>
      ))}
      {changes.length > MOST && <li className="ol-quiet">{t("history.more", { count: changes.length - MOST })}</li>}
    </ul>
  );
}
