import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Label, Truncate } from "@patternfly/react-core";
import { ArchiveIcon } from "@patternfly/react-icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { DataTable, type Column } from "../ui/DataTable";
import { useTableState } from "../ui/tableState";
import { Bytes, When } from "../ui/Values";
import { BackupActions } from "./BackupActions";
import { BackupStatus } from "./BackupState";
import { useBackups } from "./queries";
import type { Backup } from "./shapes";

const WHY_SHOWN = 90; // the rest is in its tooltip

/** Restore points, the latest first; with `domain` only its own. */
export function BackupsTable({ domain, firstStep }: { domain?: string; firstStep?: ReactNode }) {
  const { t } = useTranslation();
  const table = useTableState([], "-created_at");
  const query = useBackups(table.query, domain);
  const columns: Column<Backup>[] = [
    {
      key: "domain",
      title: t("domain.one"),
      sort: "domain",
      cell: ({ domain: of, domain_there }) => (domain_there ? <Link to={`/domains/${of.id}?tab=backups`}>{of.name}</Link> : <>{of.name} <span className="ol-quiet">{t("backup.gone")}</span></>),
    },
    { key: "at", title: t("backup.at"), sort: "created_at", fit: true, cell: ({ created_at }) => <When at={created_at} /> },
    { key: "state", title: t("state"), cell: (backup) => <BackupStatus backup={backup} /> },
    { key: "kind", title: t("backup.kind"), cell: (backup) => <Chain backup={backup} /> },
    { key: "size", title: t("backup.size"), numeric: true, fit: true, cell: ({ size_bytes, state }) => (state === "running" ? "–" : <Bytes value={size_bytes} />) },
    {
      key: "where",
      title: t("pool.one"),
      from: "lg",
      cell: ({ pool, host }) => (
        <>
          <Link to={`/storage?pool=${pool.id}`}>{pool.name}</Link> <span className="ol-quiet">{host.name}</span>
        </>
      ),
    },
    { key: "by", title: t("backup.by"), from: "xl", fit: true, cell: ({ schedule, created_by }) => schedule?.name ?? created_by?.name ?? "–" },
  ];
  return (
    <DataTable
      label={t("backup.many")}
      name="backups"
      columns={domain ? columns.filter(({ key }) => key !== "domain") : columns}
      table={table}
      query={query}
      searchable={!domain}
      bulk={domain ? firstStep : undefined}
      rowActions={(backup) => <BackupActions backup={backup} />}
      empty={
        <EmptyState titleText={t("backup.none")} icon={ArchiveIcon} headingLevel="h2">
          <EmptyStateBody>{t(domain ? "backup.noneOfDomain" : "backup.noneBody")}</EmptyStateBody>
          {firstStep && (
            <EmptyStateFooter>
              <EmptyStateActions>{firstStep}</EmptyStateActions>
            </EmptyStateFooter>
          )}
        </EmptyState>
      }
    />
  );
}

/** Full or only what changed, and why a chain began anew. */
function Chain({ backup }: { backup: Backup }) {
  const { t } = useTranslation();
  return (
    <>
      <Label isCompact variant={backup.incremental ? "outline" : "filled"} color={backup.incremental ? undefined : "blue"}>
        {t(backup.incremental ? "backup.incremental" : "backup.full")}
      </Label>{" "}
      {!backup.running && <span className="ol-quiet">{t("backup.wasOff")}</span>}
      {backup.quiesced && <span className="ol-quiet">{t("backup.quiesced")}</span>}
      {backup.fresh_because && (
        <div className="ol-quiet">
          <Truncate content={t("backup.fresh", { why: backup.fresh_because })} maxCharsDisplayed={WHY_SHOWN} />
        </div>
      )}
    </>
  );
}
