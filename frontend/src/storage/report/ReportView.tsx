import { Button, Card, CardBody, CardHeader, CardTitle, EmptyState, EmptyStateBody, FormSelect, FormSelectOption, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { CheckCircleIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { FactsSkeleton } from "../../ui/Facts";
import { objectPath } from "../../ui/objectPath";
import { OutdatedAlert, ProblemPage } from "../../ui/Problems";
import { Bytes, When } from "../../ui/Values";
import { useHostsToChoose, useReport } from "../queries";
import type { Dangling, Report, Volume } from "../shapes";
import { DeleteOrphansDialog } from "./DeleteOrphansDialog";

/** What lies about unused, and what is missing: of one host or of all. */
export default function ReportView() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const host = params.get("host") ?? "";
  const hosts = useHostsToChoose();
  const query = useReport(host);
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className="ol-stack">
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <FormSelect
              aria-label={t("host.one")}
              value={host}
              onChange={(_event, id) =>
                setParams((before) => {
                  const after = new URLSearchParams(before);
                  if (id) after.set("host", id);
                  else after.delete("host");
                  return after;
                })
              }
            >
              <FormSelectOption value="" label={t("report.allHosts")} />
              {hosts.data?.map(({ id, name }) => <FormSelectOption key={id} value={id} label={name} />)}
            </FormSelect>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      {query.data ? <Found report={query.data} /> : <FactsSkeleton rows={8} />}
    </div>
  );
}

function Found({ report }: { report: Report }) {
  return (
    <>
      <Missing dangling={report.dangling} />
      <Orphans orphans={report.orphans} />
    </>
  );
}

function Missing({ dangling }: { dangling: readonly Dangling[] }) {
  const { t } = useTranslation();
  return (
    <Card>
      <CardTitle component="h2">{t("report.dangling", { count: dangling.length })}</CardTitle>
      <CardBody>
        {dangling.length === 0 ? (
          <Well title={t("report.nothingMissing")} body={t("report.nothingMissingBody")} />
        ) : (
          <Table variant="compact" aria-label={t("report.dangling", { count: dangling.length })}>
            <Thead>
              <Tr>
                <Th>{t("report.who")}</Th>
                <Th>{t("volume.path")}</Th>
                <Th>{t("report.why")}</Th>
                <Th>{t("report.mend")}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {dangling.map((one) => {
                const path = objectPath(one.user);
                return (
                  <Tr key={`${one.user.id} ${one.path}`}>
                    <Td dataLabel={t("report.who")}>
                      {path ? <Link to={path}>{one.user.name}</Link> : one.user.name} <span className="ol-quiet">{one.host.name}</span>
                    </Td>
                    <Td dataLabel={t("volume.path")} modifier="breakWord">
                      <code>{one.path}</code>
                    </Td>
                    <Td dataLabel={t("report.why")}>{one.reason}</Td>
                    <Td dataLabel={t("report.mend")}>
                      {one.user.kind === "domain" ? <Link to={`/domains/${one.user.id}?tab=hardware`}>{t("report.mendDomain")}</Link> : t("report.mendOther")}
                    </Td>
                  </Tr>
                );
              })}
            </Tbody>
          </Table>
        )}
      </CardBody>
    </Card>
  );
}

function Orphans({ orphans }: { orphans: readonly Volume[] }) {
  const { t } = useTranslation();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState(false);
  const removable = orphans.filter(({ actions }) => actions.includes("delete"));
  const chosen = removable.filter(({ id }) => selected.has(id));
  const sum = (of: readonly Volume[]) => of.reduce((bytes, { allocation_bytes }) => bytes + allocation_bytes, 0);
  const select = (volumes: readonly Volume[], wanted: boolean) => {
    const after = new Set(selected);
    for (const { id } of volumes) {
      if (wanted) after.add(id);
      else after.delete(id);
    }
    setSelected(after);
  };
  return (
    <Card>
      <CardHeader
        actions={
          removable.length > 0
            ? {
                actions: (
                  <Button variant="danger" isDisabled={chosen.length === 0} onClick={() => setAsked(true)}>
                    {t("report.delete", { count: chosen.length })}
                  </Button>
                ),
              }
            : undefined
        }
      >
        <CardTitle component="h2">
          {t("report.orphans", { count: orphans.length })}{" "}
          {orphans.length > 0 && (
            <span className="ol-quiet">
              <Bytes value={sum(chosen.length > 0 ? chosen : orphans)} /> {chosen.length > 0 && t("report.ofChosen", { count: chosen.length })}
            </span>
          )}
        </CardTitle>
      </CardHeader>
      <CardBody>
        {orphans.length === 0 ? (
          <Well title={t("report.noOrphans")} body={t("report.noOrphansBody")} />
        ) : (
          <Table variant="compact" aria-label={t("report.orphans", { count: orphans.length })}>
            <Thead>
              <Tr>
                <Th
                  aria-label={t("table.selectPage")}
                  select={{ isSelected: removable.length > 0 && chosen.length === removable.length, onSelect: (_event, wanted) => select(removable, wanted) }}
                />
                <Th>{t("name")}</Th>
                <Th>{t("pool.one")}</Th>
                <Th>{t("volume.format")}</Th>
                <Th>{t("volume.allocation")}</Th>
                <Th>{t("changed")}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {orphans.map((volume, at) => (
                <Tr key={volume.id}>
                  <Td
                    select={{
                      rowIndex: at,
                      isSelected: selected.has(volume.id),
                      isDisabled: !removable.includes(volume),
                      onSelect: (_event, wanted) => select([volume], wanted),
                    }}
                  />
                  <Td dataLabel={t("name")} modifier="breakWord">
                    {volume.name}
                  </Td>
                  <Td dataLabel={t("pool.one")}>
                    <Link to={`/storage?pool=${volume.pool.id}`}>{volume.pool.name}</Link> <span className="ol-quiet">{volume.host.name}</span>
                  </Td>
                  <Td dataLabel={t("volume.format")}>{volume.format || volume.type}</Td>
                  <Td dataLabel={t("volume.allocation")} className="ol-numeric">
                    <Bytes value={volume.allocation_bytes} />
                  </Td>
                  <Td dataLabel={t("changed")}>
                    <When at={volume.updated_at} />
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </CardBody>
      {asked && <DeleteOrphansDialog volumes={chosen} onClose={() => setAsked(false)} onDone={() => setSelected(new Set())} />}
    </Card>
  );
}

function Well({ title, body }: { title: string; body: string }) {
  return (
    <EmptyState variant="sm" titleText={title} icon={CheckCircleIcon} status="success" headingLevel="h3">
      <EmptyStateBody>{body}</EmptyStateBody>
    </EmptyState>
  );
}
