import { Card, CardBody, CardTitle, Grid, GridItem } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { ClusterName } from "../access/ClusterName";
import { HostName } from "../access/HostName";
import type { DomainDetail } from "../api/types";
import { Facts, FactsSkeleton } from "../ui/Facts";
import { Bytes, Copyable, When } from "../ui/Values";
import { Owner } from "./Owner";
import { ScreenCard } from "./ScreenCard";

const LoadCharts = lazy(() => import("./charts/LoadCharts"));

/** Is it well, where is it, what is it made of. */
export function DomainOverview({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  const yesNo = (value: boolean) => t(value ? "yes" : "no");
  return (
    <Grid hasGutter>
      <GridItem lg={7} className="ol-stack ol-start">
        <Card>
          <CardTitle component="h2">{t("facts")}</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              facts={[
                [t("domain.title"), domain.title],
                [t("domain.description"), domain.description],
                [t("host.one"), <HostName host={domain.host} />],
                [t("cluster"), domain.cluster && <ClusterName cluster={domain.cluster} />],
                [t("owner.one"), <Owner domain={domain} />],
                [
                  t("guest.addresses"),
                  domain.addresses.length === 0 ? null : (
                    <span className="ol-labels">
                      {domain.addresses.map((address) => (
                        <Copyable key={address}>{address}</Copyable>
                      ))}
                    </span>
                  ),
                ],
                [t("domain.vcpus"), domain.vcpus],
                [
                  t("memory"),
                  <>
                    <Bytes value={domain.memory_bytes} />
                    {domain.max_memory_bytes > domain.memory_bytes && (
                      <> {t("domain.ofAtMost")} <Bytes value={domain.max_memory_bytes} /></>
                    )}
                  </>,
                ],
                [t("domain.kind"), [domain.domain_type || domain.driver, domain.os_type, domain.arch, domain.machine].filter(Boolean).join(" · ")],
                [t("domain.firmware"), domain.firmware],
                [t("domain.reason"), domain.reason],
                [t("domain.persistent"), yesNo(domain.persistent)],
                [t("autostart"), yesNo(domain.autostart)],
                [t("domain.managedSave"), domain.has_managed_save ? yesNo(true) : null],
                [t("changed"), <When at={domain.updated_at} />],
                ["UUID", <Copyable>{domain.id}</Copyable>],
              ]}
            />
          </CardBody>
        </Card>
        <Disks domain={domain} />
        <Interfaces domain={domain} />
      </GridItem>
      <GridItem lg={5} className="ol-stack ol-start">
        {domain.consoles.includes("vnc") && domain.actions.includes("console") && !domain.stale && <ScreenCard domain={domain} />}
        <Load domain={domain} />
      </GridItem>
    </Grid>
  );
}

function Load({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  return (
    <Card>
      <CardTitle component="h2">{t("chart.title")}</CardTitle>
      <CardBody>
        {domain.stale ? (
          <p className="ol-quiet">{t("domain.staleLoad")}</p>
        ) : (
          <Suspense fallback={<FactsSkeleton rows={4} />}>
            <LoadCharts domain={domain} />
          </Suspense>
        )}
      </CardBody>
    </Card>
  );
}

function Disks({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  return (
    <Card>
      <CardTitle component="h2">{t("domain.disks")}</CardTitle>
      <CardBody>
        {domain.disks.length === 0 ? (
          <p className="ol-quiet">{t("domain.noDisks")}</p>
        ) : (
          <Table variant="compact" borders={false} aria-label={t("domain.disks")}>
            <Thead>
              <Tr>
                <Th>{t("domain.target")}</Th>
                <Th>{t("domain.device")}</Th>
                <Th>{t("source")}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {domain.disks.map((disk) => (
                <Tr key={disk.target}>
                  <Td dataLabel={t("domain.target")}>
                    {disk.target} <span className="ol-quiet">{disk.bus}</span>
                  </Td>
                  <Td dataLabel={t("domain.device")}>
                    {disk.device} {disk.readonly && <span className="ol-quiet">{t("domain.readonly")}</span>}
                  </Td>
                  <Td dataLabel={t("source")} modifier="breakWord">
                    {disk.source ? <code>{disk.source}</code> : t("domain.noMedium")} <span className="ol-quiet">{disk.format}</span>
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </CardBody>
    </Card>
  );
}

function Interfaces({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  return (
    <Card>
      <CardTitle component="h2">{t("domain.interfaces")}</CardTitle>
      <CardBody>
        {domain.interfaces.length === 0 ? (
          <p className="ol-quiet">{t("domain.noInterfaces")}</p>
        ) : (
          <Table variant="compact" borders={false} aria-label={t("domain.interfaces")}>
            <Thead>
              <Tr>
                <Th>MAC</Th>
                <Th>{t("source")}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {domain.interfaces.map((nic) => (
                <Tr key={nic.mac}>
                  <Td dataLabel="MAC">
                    <code>{nic.mac}</code>
                  </Td>
                  <Td dataLabel={t("source")}>
                    {nic.source ?? "–"} <span className="ol-quiet">{[nic.type, nic.model].filter(Boolean).join(" · ")}</span>
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </CardBody>
    </Card>
  );
}
