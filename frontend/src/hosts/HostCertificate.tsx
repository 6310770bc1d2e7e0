import { Label } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import type { Host } from "../api/types";
import { useNow } from "../ui/Values";

const DAY = 86_400_000;

/** Until when ovirtlite's certificate opens the host; a warning once its renewal is overdue. */
export function HostCertificate({ certificate }: { certificate: NonNullable<Host["certificate"]> }) {
  const { t, i18n } = useTranslation();
  const day = (at: string) => new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" }).format(new Date(at));
  const now = useNow();
  const ended = Date.parse(certificate.expires_at) < now;
  const overdue = now - Date.parse(certificate.renews_at) > DAY;
  return (
    <>
      <span title={certificate.subject}>{t("host.certificate.until", { day: day(certificate.expires_at) })}</span>{" "}
      {ended ? (
        <Label isCompact color="red">
          {t("host.certificate.ended")}
        </Label>
      ) : overdue ? (
        <Label isCompact color="orange">
          {t("host.certificate.overdue")}
        </Label>
      ) : (
        <span className="ol-quiet">{t("host.certificate.renewed", { day: day(certificate.renews_at) })}</span>
      )}
    </>
  );
}
