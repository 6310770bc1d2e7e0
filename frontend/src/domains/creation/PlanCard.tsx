import { Card, CardBody, CardFooter, CardHeader, CardTitle } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Plan } from "../../api/types";
import { CodeToCopy } from "../../ui/CodeToCopy";
import { curlOf } from "../../ui/curl";
import { Makes } from "../../ui/Makes";
import { PlanView } from "../../ui/PlanView";
import { indented } from "./indented";

interface PlanCardProps {
  /** What would be sent; null while too little is answered. */
  spec: Record<string, unknown> | null;
  plan: Plan | undefined;
  error: unknown;
  shownFields: readonly string[];
  busy: boolean;
  children: ReactNode;
}

/** Beside the form: what would happen, the XML that it comes to, and the same request for a shell. */
export function PlanCard({ spec, plan, error, shownFields, busy, children }: PlanCardProps) {
  const { t } = useTranslation();
  return (
    <Card className="ol-beside" component="section" aria-label={t("creation.plan")}>
      <CardHeader>
        <CardTitle component="h2">{t("creation.plan")}</CardTitle>
      </CardHeader>
      <CardBody>
        <div className="ol-stack">
          {spec ? (
            <PlanView plan={plan && { ...plan, changes: [] }} error={error} shownFields={shownFields} busy={busy} />
          ) : (
            <p className="ol-quiet">{t("creation.planUnasked")}</p>
          )}
          <Makes changes={plan?.changes ?? []} />
          {plan?.xml && <CodeToCopy title={t("creation.planXML")} code={indented(plan.xml)} />}
          {spec && <CodeToCopy title={t("creation.curl")} code={curlOf(window.location.origin, "/domains/", withoutSecrets(spec))} />}
        </div>
      </CardBody>
      <CardFooter>{children}</CardFooter>
    </Card>
  );
}

/** A password is not put where somebody may look over a shoulder, or into a shell's history. */
function withoutSecrets(spec: Record<string, unknown>): Record<string, unknown> {
  const cloudInit = spec.cloud_init as Record<string, unknown> | undefined;
  return cloudInit?.password ? { ...spec, cloud_init: { ...cloudInit, password: "PASSWORD" } } : spec;
}
