import { Button, Card, CardBody, CardHeader, CardTitle, Label } from "@patternfly/react-core";
import { PencilAltIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { FactsSkeleton } from "../ui/Facts";
import { ProblemPage } from "../ui/Problems";
import { Copyable, When } from "../ui/Values";
import { FixedDialog } from "./addresses/FixedDialog";
import { RecordsDialog } from "./addresses/RecordsDialog";
import { useLeases } from "./queries";
import type { NetworkDetail } from "./shapes";

/** Which addresses it has given, and which it gives whom always; the names that its DNS knows. */
export function AddressesTab({ network }: { network: NetworkDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"fixed" | "records" | null>(null);
  const mayEdit = network.actions.includes("edit");
  const fixed = (network.spec.ips ?? []).flatMap(({ dhcp }) => dhcp?.hosts ?? []);
  const records = network.spec.dns?.hosts ?? [];
  const editButton = (which: "fixed" | "records", label: string) =>
    mayEdit && (
      <Button variant="secondary" size="sm" icon={<PencilAltIcon />} aria-label={label} onClick={() => setOpen(which)}>
        {t("network.action.edit")}
      </Button>
    );
  return (
    <div className="ol-stack">
      <Part title={t("network.leases")}>
        <LeasesTable network={network} />
      </Part>
      <Part title={t("network.part.fixed")} actions={editButton("fixed", t("network.editFixed"))}>
        {fixed.length === 0 ? (
          <p className="ol-quiet">{t("network.noFixed")}</p>
        ) : (
          <Listing label={t("network.part.fixed")} heads={[t("network.ip"), t("network.mac"), t("network.guestName")]}>
            {fixed.map(({ ip, mac, id, name }) => (
              <Tr key={ip}>
                <Td dataLabel={t("network.ip")}>
                  <code>{ip}</code>
                </Td>
                <Td dataLabel={t("network.mac")}>{mac ?? id ? <code>{mac ?? id}</code> : "–"}</Td>
                <Td dataLabel={t("network.guestName")}>{name ?? "–"}</Td>
              </Tr>
            ))}
          </Listing>
        )}
      </Part>
      <Part title={t("network.records")} actions={network.spec.dns?.enabled === false ? undefined : editButton("records", t("network.editRecords"))}>
        {records.length === 0 ? (
          <p className="ol-quiet">{t(network.spec.dns?.enabled === false ? "network.sum.noDns" : "network.noRecords")}</p>
        ) : (
          <Listing label={t("network.records")} heads={[t("network.ip"), t("network.names")]}>
            {records.map(({ ip, names }) => (
              <Tr key={ip}>
                <Td dataLabel={t("network.ip")}>
                  <code>{ip}</code>
                </Td>
                <Td dataLabel={t("network.names")}>{names.join(", ")}</Td>
              </Tr>
            ))}
          </Listing>
        )}
      </Part>
      {open === "fixed" && <FixedDialog network={network} onClose={() => setOpen(null)} />}
      {open === "records" && <RecordsDialog network={network} onClose={() => setOpen(null)} />}
    </div>
  );
}

function Part({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Card>
      <CardHeader actions={actions ? { actions, hasNoOffset: true } : undefined}>
        <CardTitle component="h2">{title}</CardTitle>
      </CardHeader>
      <CardBody>{children}</CardBody>
    </Card>
  );
}

function Listing({ label, heads, children }: { label: string; heads: readonly string[]; children: ReactNode }) {
  return (
    <Table variant="compact" borders={false} aria-label={label}>
      <Thead>
        <Tr>
          {heads.map((head) => (
            <Th key={head}>{head}</Th>
          ))}
        </Tr>
      </Thead>
      <Tbody>{children}</Tbody>
    </Table>
  );
}

function LeasesTable({ network }: { network: NetworkDetail }) {
  const { t } = useTranslation();
  const query = useLeases(network.id);
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton rows={3} />;
  const { leases, seen_at } = query.data;
  if (leases.length === 0) return <p className="ol-quiet">{t(network.active ? "network.noLeases" : "network.noLeasesOff")}</p>;
  return (
    <>
      <Listing label={t("network.leases")} heads={[t("network.ip"), t("domain.one"), t("network.mac"), t("network.guestName"), t("network.until")]}>
        {leases.map(({ address, mac, hostname, domain, expires_at, fixed }) => (
          <Tr key={`${address} ${mac}`}>
            <Td dataLabel={t("network.ip")}>
              <Copyable>{address}</Copyable>{" "}
              {fixed && (
                <Label isCompact variant="outline">
                  {t("network.fixed")}
                </Label>
              )}
            </Td>
            <Td dataLabel={t("domain.one")}>{domain ? <Link to={`/domains/${domain.id}`}>{domain.name}</Link> : "–"}</Td>
            <Td dataLabel={t("network.mac")}>
              <code>{mac}</code>
            </Td>
            <Td dataLabel={t("network.guestName")}>{hostname || "–"}</Td>
            <Td dataLabel={t("network.until")}>{expires_at ? <When at={expires_at} /> : t("network.forEver")}</Td>
          </Tr>
        ))}
      </Listing>
      <p className="ol-quiet">
        {t("network.leasesRead")} <When at={seen_at} />
      </p>
    </>
  );
}
