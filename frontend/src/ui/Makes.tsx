import { useTranslation } from "react-i18next";

import type { PlannedChange } from "../api/types";

const MOST = 12;

/** What comes to be, where nothing was before. */
export function Makes({ changes }: { changes: readonly PlannedChange[] }) {
  const { t } = useTranslation();
  if (changes.length === 0) return null;
  return (
    <ul className="ol-changes" aria-label={t("creation.makes")}>
      {changes.slice(0, MOST).map(({ path, after }) => (
        <li key={path}>
          <span className="ol-quiet">{path}</span> {after}
        </li>
      ))}
      {changes.length > MOST && <li className="ol-quiet">{t("job.more", { count: changes.length - MOST })}</li>}
    </ul>
  );
}
