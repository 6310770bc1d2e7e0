import { Progress, ProgressMeasureLocation, ProgressVariant } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import { bytes } from "../../ui/format";
import { isSize, type Resource } from "./quotaForm";

const NEARLY = 0.9;

/** How much of a limit is used. Beyond it, it says so in words too. */
export function UseBar({ resource, use, limit }: { resource: Resource; use: number; limit: number | null }) {
  const { t, i18n } = useTranslation();
  const said = (value: number) => (isSize(resource) ? bytes(value, i18n.language) : new Intl.NumberFormat(i18n.language).format(value));
  if (limit === null) {
    return (
      <div className="ol-nowrap">
        {said(use)}
        <div className="ol-quiet">{t("admin.quotas.noLimit")}</div>
      </div>
    );
  }
  const over = use > limit;
  const share = limit === 0 ? (use > 0 ? 1 : 0) : use / limit;
  const text = t(over ? "admin.quotas.over" : "admin.quotas.usedOf", { use: said(use), limit: said(limit) });
  return (
    <div className="ol-quota">
      <Progress
        value={Math.min(100, Math.round(share * 100))}
        size="sm"
        title={text}
        aria-label={t(`admin.quotas.resource.${resource}`)}
        valueText={text}
        measureLocation={ProgressMeasureLocation.none}
        variant={over ? ProgressVariant.danger : share >= NEARLY ? ProgressVariant.warning : undefined}
      />
    </div>
  );
}
