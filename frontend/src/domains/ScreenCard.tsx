import { Card, CardBody } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Domain } from "../api/types";
import { useScreenshot } from "./queries";

/** A look at the screen, and the way to it. Where no picture can be had, nothing is shown. */
export function ScreenCard({ domain }: { domain: Domain }) {
  const { t } = useTranslation();
  const { data: picture } = useScreenshot(domain.id);
  if (!picture) return null;
  return (
    <Card>
      <CardBody>
        <Link to="?tab=console">
          <img src={picture} alt={t("domain.screen", { name: domain.name })} className="ol-screenshot" />
        </Link>
      </CardBody>
    </Card>
  );
}
