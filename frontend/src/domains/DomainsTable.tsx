import { EmptyState, EmptyStateBody, EmptyStateFooter, Label } from "@patternfly/react-core";
import { VirtualMachineIcon } from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ClusterName } from "../access/ClusterName";
import { HostName } from "../access/HostName";
import { useMaySomewhere, useMe } from "../access/queries";
import type { Domain, Permission } from "../api/types";
import { DataTable, type Column } from "../ui/DataTable";
import { useTableState } from "../ui/tableState";
import { Bytes, When } from "../ui/Values";
import { BULK_ACTIONS } from "./actions/bulk";
import { BulkBar } from "./actions/BulkBar";
import { DomainActions } from "./actions/DomainActions";
import { DOMAIN_STATES, DomainStatus } from "./DomainState";
import { useDomains } from "./queries";

interface DomainsTableProps {
  /** Only those of this host, or of this cluster's hosts. */
  host?: string;
  cluster?: string;
  hosts?: readonly { id: string; name: string }[];
  /** The first step when there is no domain at all. */
  firstStep?: ReactNode;
}

export function DomainsTable({ host, cluster, hosts = [], firstStep }: DomainsTableProps) {
  const { t } = useTranslation();
  const table = useTableState(host ? ["state", "owner", "tag"] : ["state", "host", "owner", "tag"], "name");
  const query = useDomains({ ...table.query, ...(host && { host }), ...(cluster && { cluster }) });
  const [selected, setSelected] = useState<ReadonlyMap<string, Domain>>(new Map());
  const mayHosts = useMaySomewhere("host.read");
  // Who may only look selects nothing.
  const mayChange = useMaySomewhere("domain.edit", ...BULK_ACTIONS.map(({ name }) => `domain.${name}` as Permission));
  // A row that is in sight is judged by what it is now, not by what it was when it was selected.
  const current = new Map(query.data?.results.map((domain) => [domain.id, domain]));
  const chosen = [...selected.values()].map((domain) => current.get(domain.id) ?? domain);

  const chosenTags = table.filters.tag ?? [];
  // The tags of what is in sight: the way to all that have them too.
  const tags = [...new Set([...chosenTags, ...(query.data?.results ?? []).flatMap((domain) => domain.tags)])].sort();

  // Oneself first, then the owners of what is in sight.
  const me = useMe().data;
  const owners = new Map<string, string>((query.data?.results ?? []).flatMap(({ owner }) => (owner ? [[owner.id, owner.name] as const] : [])));
  for (const id of table.filters.owner ?? []) if (!owners.has(id)) owners.set(id, id);
  if (me && owners.size > 0) owners.set(me.id, t("owner.mine"));

  const columns: Column<Domain>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (domain) => (
        <>
          <Link to={`/domains/${domain.id}`}>{domain.name}</Link>
          {domain.title && <div className="ol-quiet">{domain.title}</div>}
          {domain.tags.length > 0 && (
            <div className="ol-tags">
              {domain.tags.map((tag) => (
                <Label key={tag} isCompact onClick={() => table.setFilter("tag", [...new Set([...chosenTags, tag])])}>
                  {tag}
                </Label>
              ))}
            </div>
          )}
        </>
      ),
    },
    { key: "state", title: t("state"), sort: "state", cell: (domain) => <DomainStatus domain={domain} /> },
    {
      key: "host",
      title: t("host.one"),
      sort: "host",
      cell: (domain) => <HostName host={domain.host} />,
    },
    { key: "vcpus", title: t("domain.vcpus"), sort: "vcpus", fit: true, numeric: true, from: "lg", cell: (domain) => domain.vcpus },
    {
      key: "memory",
      title: t("memory"),
      sort: "memory_bytes",
      fit: true,
      numeric: true,
      from: "lg",
      cell: (domain) => <Bytes value={domain.memory_bytes} />,
    },
    { key: "owner", title: t("owner.one"), from: "2xl", cell: ({ owner }) => owner?.name ?? "–" },
    { key: "driver", title: t("driver"), sort: "driver", fit: true, from: "2xl", cell: (domain) => domain.domain_type || domain.driver },
    { key: "cluster", title: t("cluster"), sort: "cluster", extra: true, cell: ({ cluster: of }) => (of ? <ClusterName cluster={of} /> : "–") },
    { key: "addresses", title: t("guest.addresses"), extra: true, cell: ({ addresses }) => <Addresses all={addresses} /> },
    { key: "autostart", title: t("autostart"), fit: true, extra: true, cell: ({ autostart }) => t(autostart ? "yes" : "no") },
    { key: "machine", title: t("domain.kind"), fit: true, extra: true, cell: ({ arch, machine }) => [arch, machine].filter(Boolean).join(" · ") || "–" },
    { key: "changed", title: t("changed"), sort: "updated_at", fit: true, extra: true, cell: (domain) => <When at={domain.updated_at} /> },
  ];

  return (
    <DataTable
      label={t("domain.many")}
      name="domains"
      columns={columns.filter(({ key }) => !(host && ["host", "cluster"].includes(key)) && !(cluster && key === "cluster"))}
      table={table}
      query={query}
      filters={[
        { name: "state", title: t("state"), options: DOMAIN_STATES.map((value) => ({ value, label: t(`domain.state.${value}`) })) },
        ...(hosts.length > 1
          ? [{ name: "host", title: t("host.one"), options: hosts.map(({ id, name }) => ({ value: id, label: name })) }]
          : []),
        ...(owners.size > 0 ? [{ name: "owner", title: t("owner.one"), single: true, options: [...owners].map(([value, label]) => ({ value, label })) }] : []),
        ...(tags.length > 0 ? [{ name: "tag", title: t("tags.many"), options: tags.map((value) => ({ value, label: value })) }] : []),
      ]}
      selection={
        mayChange
          ? {
              selected,
              change: (rows, isSelected) => {
                const after = new Map(selected);
                rows.forEach((row) => (isSelected ? after.set(row.id, row) : after.delete(row.id)));
                setSelected(after);
              },
            }
          : undefined
      }
      bulk={chosen.length > 0 && <BulkBar selected={chosen} onDone={() => setSelected(new Map())} />}
      rowActions={(domain) => <DomainActions domain={domain} inRow />}
      dimmed={(domain) => domain.stale}
      empty={<NoDomains body={host ? "domain.noneOnHost" : cluster ? "domain.noneOnCluster" : hosts.length > 0 ? "domain.noneOnHosts" : mayHosts ? "domain.noneBody" : "domain.noneOfYours"} firstStep={firstStep} />}
    />
  );
}

function Addresses({ all }: { all: readonly string[] }) {
  if (all.length === 0) return <>–</>;
  return (
    <>
      {all.map((address) => (
        <div key={address}>
          <code>{address}</code>
        </div>
      ))}
    </>
  );
}

/** Nothing is there that one may see. */
export function NoDomains({ body = "domain.noneOfYours", firstStep }: { body?: string; firstStep?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <EmptyState titleText={t("domain.none")} icon={VirtualMachineIcon} headingLevel="h2">
      <EmptyStateBody>{t(body)}</EmptyStateBody>
      {firstStep && <EmptyStateFooter>{firstStep}</EmptyStateFooter>}
    </EmptyState>
  );
}
