import { Alert, Card, CardBody, CardTitle, EmptyState, EmptyStateBody, Grid, GridItem, Label, Progress, ProgressMeasureLocation, ProgressSize } from "@patternfly/react-core";
import { CheckCircleIcon, DesktopIcon, ExclamationTriangleIcon, OffIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";

import type { DomainDetail, Guest } from "../../api/types";
import { Facts, FactsSkeleton } from "../../ui/Facts";
import { duration } from "../../ui/format";
import { OutdatedAlert, ProblemPage } from "../../ui/Problems";
import { StateLabel } from "../../ui/StateLabel";
import { Bytes, Copyable, When } from "../../ui/Values";
import { GuestActions } from "./GuestActions";
import { useGuest } from "./queries";

const WORTH_SAYING = 2; // seconds that a clock may differ by

/** What is inside a running domain, as far as its agent or the network tell, and what can be done there. */
export default function GuestTab({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  const query = useGuest(domain);
  if (domain.state !== "running" || domain.stale) {
    return (
      <EmptyState titleText={t(domain.stale ? "guest.stale" : "guest.off", { name: domain.name })} icon={OffIcon} headingLevel="h2">
        <EmptyStateBody>{t("guest.offBody")}</EmptyStateBody>
      </EmptyState>
    );
  }
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data?.read_at) return <FactsSkeleton />;
  const guest = query.data;
  return (
    <div className="ol-stack">
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      {guest.agent !== null && guest.agent !== "connected" && (
        <Alert isInline variant="info" title={t(`guest.agentIs.${guest.agent}`)}>
          {t(guest.agent === "none" ? "guest.noChannelBody" : "guest.noAgentBody")}
        </Alert>
      )}
      <Grid hasGutter>
        <GridItem lg={6}>
          <Card isFullHeight>
            <CardTitle component="h2">{t("facts")}</CardTitle>
            <CardBody>
              <Inside guest={guest} />
            </CardBody>
          </Card>
        </GridItem>
        <GridItem lg={6}>
          <GuestActions domain={domain} guest={guest} />
        </GridItem>
        <GridItem lg={6}>
          <Addresses guest={guest} />
        </GridItem>
        <GridItem lg={6}>
          <FileSystems guest={guest} />
        </GridItem>
      </Grid>
    </div>
  );
}

function Inside({ guest }: { guest: Guest }) {
  const { t, i18n } = useTranslation();
  const ahead = guest.clock_ahead_seconds;
  const clock =
    ahead === null
      ? null
      : Math.abs(ahead) < WORTH_SAYING
        ? t("guest.clockRight")
        : t(ahead > 0 ? "guest.clockAhead" : "guest.clockBehind", { time: duration(Math.abs(ahead), i18n.language) });
  const connected = guest.agent === "connected";
  return (
    <Facts
      columns={1}
      facts={[
        [
          t("guest.agent"),
          guest.agent && <StateLabel icon={connected ? CheckCircleIcon : ExclamationTriangleIcon} tone={connected ? "success" : "warning"}>
            {t(`guest.agentIs.${guest.agent}`)}
          </StateLabel>,
        ],
        [t("guest.hostname"), guest.hostname && <Copyable>{guest.hostname}</Copyable>],
        [t("guest.system"), guest.system?.pretty_name || guest.system?.name],
        [t("guest.kernel"), guest.system && [guest.system.kernel, guest.system.machine].filter(Boolean).join(" · ")],
        [t("guest.timezone"), guest.timezone],
        [t("guest.clock"), clock],
        [
          t("guest.users"),
          guest.users.length === 0 ? null : (
            <ul>
              {guest.users.map((user) => (
                <li key={`${user.domain} ${user.name} ${user.logged_in_at}`}>
                  {user.domain && `${user.domain}\\`}
                  {user.name} <span className="ol-quiet"><When at={user.logged_in_at} /></span>
                </li>
              ))}
            </ul>
          ),
        ],
      ]}
    />
  );
}

function Addresses({ guest }: { guest: Guest }) {
  const { t } = useTranslation();
  return (
    <Card isFullHeight>
      <CardTitle component="h2">{t("guest.addresses")}</CardTitle>
      <CardBody>
        {guest.addresses.length === 0 ? (
          <p className="ol-quiet">{t("guest.noAddresses")}</p>
        ) : (
          <Table variant="compact" borders={false} aria-label={t("guest.addresses")}>
            <Thead>
              <Tr>
                <Th>{t("guest.address")}</Th>
                <Th>{t("guest.interface")}</Th>
                <Th modifier="fitContent">{t("guest.knownBy")}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {guest.addresses.map((each) => (
                <Tr key={`${each.address} ${each.interface} ${each.source}`}>
                  <Td dataLabel={t("guest.address")} modifier="breakWord">
                    <Copyable>{each.address}</Copyable>
                    {each.prefix !== null && <span className="ol-quiet">/{each.prefix}</span>}
                  </Td>
                  <Td dataLabel={t("guest.interface")}>
                    {each.interface} <code className="ol-quiet">{each.mac}</code>
                  </Td>
                  <Td dataLabel={t("guest.knownBy")}>
                    <Label isCompact variant="outline">
                      {t(`guest.source.${each.source}`, { defaultValue: each.source })}
                    </Label>
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

function FileSystems({ guest }: { guest: Guest }) {
  const { t } = useTranslation();
  return (
    <Card isFullHeight>
      <CardTitle component="h2">{t("guest.fileSystems")}</CardTitle>
      <CardBody>
        {guest.file_systems.length === 0 ? (
          <EmptyState variant="xs" icon={DesktopIcon} headingLevel="h3" titleText={t("guest.noFileSystems")}>
            <EmptyStateBody>{t("guest.noFileSystemsBody")}</EmptyStateBody>
          </EmptyState>
        ) : (
          <Table variant="compact" borders={false} aria-label={t("guest.fileSystems")}>
            <Thead>
              <Tr>
                <Th>{t("guest.mountpoint")}</Th>
                <Th>{t("guest.usage")}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {guest.file_systems.map((system) => (
                <Tr key={system.mountpoint}>
                  <Td dataLabel={t("guest.mountpoint")} modifier="breakWord">
                    <code>{system.mountpoint}</code> <span className="ol-quiet">{[system.type, ...system.disks].filter(Boolean).join(" · ")}</span>
                  </Td>
                  <Td dataLabel={t("guest.usage")}>
                    {system.total_bytes ? (
                      <>
                        <Progress
                          aria-label={t("guest.usageOf", { mountpoint: system.mountpoint })}
                          value={Math.round(((system.used_bytes ?? 0) / system.total_bytes) * 100)}
                          size={ProgressSize.sm}
                          measureLocation={ProgressMeasureLocation.outside}
                        />
                        <span className="ol-quiet">
                          <Bytes value={system.used_bytes} /> {t("guest.of")} <Bytes value={system.total_bytes} />
                        </span>
                      </>
                    ) : (
                      "–"
                    )}
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
