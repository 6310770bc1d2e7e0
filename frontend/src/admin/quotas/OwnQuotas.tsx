import { Alert, Card, CardBody, CardTitle, GridItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { Facts } from "../../ui/Facts";
import type { OwnQuota } from "../shapes";
import { RESOURCES } from "./quotaForm";
import { UseBar } from "./UseBar";

/** How much one may use, and uses; absent without a quota. With a limit of storage, `storage` follows. */
export function OwnQuotas({ storage }: { storage?: ReactNode }) {
  const { t } = useTranslation();
  const quotas = useQuery({
    queryKey: ["quota", "own"],
    queryFn: ({ signal }) => api.get<OwnQuota[]>("/me/quotas/", {}, signal),
  });
  return (
    <>
      {(quotas.data ?? []).map((quota) => (
        <GridItem key={quota.id} md={6}>
          <Card isFullHeight>
            <CardTitle component="h2">
              {t("ownQuota.title")}{" "}
              <span className="ol-quiet">
                {[quota.group && t("ownQuota.of", { group: quota.group.name }), quota.cluster && t("ownQuota.in", { cluster: quota.cluster.name })].filter(Boolean).join(" · ")}
              </span>
            </CardTitle>
            <CardBody className="ol-stack">
              {quota.exceeded && <Alert isInline isPlain variant="warning" title={t("ownQuota.exceeded")} />}
              <Facts
                columns={1}
                facts={RESOURCES.filter((resource) => quota[resource] !== null).map(
                  (resource) => [t(`admin.quotas.resource.${resource}`), <UseBar resource={resource} use={quota.use[resource]} limit={quota[resource]} />] as const,
                )}
              />
            </CardBody>
          </Card>
        </GridItem>
      ))}
      {quotas.data?.some((quota) => quota.storage_bytes !== null) && storage}
    </>
  );
}
