import { Alert, Button, Card, CardBody, CardHeader, CardTitle, FormSelect, FormSelectOption, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { useMay } from "../../access/queries";
import { FactsSkeleton } from "../../ui/Facts";
import { objectPath } from "../../ui/objectPath";
import { OutdatedAlert, ProblemPage } from "../../ui/Problems";
import { Bytes, When } from "../../ui/Values";
import { useHostsToChoose, useReport } from "../queries";
import type { Orphan, Report } from "../shapes";
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
      <Missing report={report} />
      <Orphans report={report} />
    </>
  );
}

function Missing({ report }: { report: Report }) {
  const { t } = useTranslation();
  const { dangling, dangling_count: count } = report;
  return (
    <Card>
      <CardTitle component="h2">{t("report.dangling", { count })}</CardTitle>
      <CardBody>
        {dangling.length === 0 ? (
          <Well title={t("report.nothingMissing")} body={t("report.nothingMissingBody")} />
        ) : (
          <Table variant="compact" aria-label={t("report.dangling", { count })}>
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
                const path = objectPath(one.object);
                return (
                  <Tr key={`${one.object.id} ${one.path}`}>
                    <Td dataLabel={t("report.who")}>
                      {path ? <Link to={path}>{one.object.name}</Link> : one.object.name} <span className="ol-quiet">{[one.host.name, one.pool?.name].filter(Boolean).join(" · ")}</span>
                    </Td>
                    <Td dataLabel={t("volume.path")} modifier="breakWord">
                      <code>{one.path}</code>
                    </Td>
                    <Td dataLabel={t("report.why")}>{one.reason}</Td>
                    <Td dataLabel={t("report.mend")}>
                      {one.object.kind === "domain" ? <Link to={`/domains/${one.object.id}?tab=hardware`}>{t("report.mendDomain")}</Link> : t("report.mendOther")}
                    </Td>
                  </Tr>
                );
              })}
            </Tbody>
          </Table>
        )}
        {count > dangling.length && <p className="ol-quiet">{t("job.more", { count: count - dangling.length })}</p>}
      </CardBody>
    </Card>
  );
}

function Orphans({ report }: { report: Report }) {
  const { t } = useTranslation();
  const { orphans, orphans_count: count, orphans_bytes: bytes } = report;
  const mayDelete = useMay("volume.delete");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState(false);
  const chosen = orphans.filter(({ id }) => selected.has(id));
  const ofChosen = chosen.reduce((sum, { allocation_bytes }) => sum + allocation_bytes, 0);
  const select = (volumes: readonly Orphan[], wanted: boolean) => {
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
          mayDelete && orphans.length > 0
            ? {
                actions: (
                  <Button variant="danger" isDisabled={chosen.length === 0} onClick={() => setAsked(true)}>
                    {chosen.length > 0 ? t("report.delete", { count: chosen.length }) : t("delete.submit")}
                  </Button>
                ),
              }
            : undefined
        }
      >
        <CardTitle component="h2">
          {t("report.orphans", { count })}{" "}
          {orphans.length > 0 && (
            <span className="ol-quiet">
              <Bytes value={chosen.length > 0 ? ofChosen : bytes} /> {chosen.length > 0 && t("report.ofChosen", { count: chosen.length })}
            </span>
          )}
        </CardTitle>
      </CardHeader>
      <CardBody>
        {orphans.length === 0 ? (
          <Well title={t("report.noOrphans")} body={t("report.noOrphansBody")} />
        ) : (
          <Table variant="compact" aria-label={t("report.orphans", { count })}>
            <Thead>
              <Tr>
                {mayDelete && (
                  <Th aria-label={t("table.selectPage")} select={{ isSelected: chosen.length === orphans.length, onSelect: (_event, wanted) => select(orphans, wanted) }} />
                )}
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
                  {mayDelete && (
                    <Td select={{ rowIndex: at, isSelected: selected.has(volume.id), onSelect: (_event, wanted) => select([volume], wanted) }} />
                  )}
                  <Td dataLabel={t("name")} modifier="breakWord">
                    {volume.name}
                  </Td>
                  <Td dataLabel={t("pool.one")}>
                    <Link to={`/storage?pool=${volume.pool.id}`}>{volume.pool.name}</Link> <span className="ol-quiet">{volume.host.name}</span>
                  </Td>
                  <Td dataLabel={t("volume.format")}>{volume.format}</Td>
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
        {count > orphans.length && <p className="ol-quiet">{t("job.more", { count: count - orphans.length })}</p>}
      </CardBody>
      {asked && <DeleteOrphansDialog volumes={chosen} onClose={() => setAsked(false)} onDone={() => setSelected(new Set())} />}
    </Card>
  );
}

function Well({ title, body }: { title: string; body: string }) {
  return (
    <Alert isInline isPlain variant="success" title={title}>
      {body}
    </Alert>
  );
}
