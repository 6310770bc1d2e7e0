import { Alert } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import { bytes } from "../../ui/format";
import { Change } from "../../ui/PlanView";
import { differencesOf } from "./compare";
import { labelOf } from "./FieldsForm";
import type { Device } from "./types";

/** What of a device is another until the next start: as it runs, and as it will be. */
export function Differences({ device }: { device: Device }) {
  const { t, i18n } = useTranslation();
  const said = (name: string, value: unknown) => {
    if (value === null || value === undefined || value === "") return null;
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (typeof value === "number" && name.endsWith("_bytes")) return bytes(value, i18n.language);
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  return (
    <Alert isInline isPlain variant="info" title={t("hardware.pending.changed")}>
      <ul className="ol-changes">
        {differencesOf(device).map(({ name, before, after }) => (
          <li key={name}>
            <Change what={labelOf(t, device.kind, { name })} before={said(name, before)} after={said(name, after)} />
          </li>
        ))}
      </ul>
    </Alert>
  );
}
