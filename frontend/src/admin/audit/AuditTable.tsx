import { Button, Drawer, DrawerContent, DrawerContentBody } from "@patternfly/react-core";
import { ListIcon } from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { ObjectName } from "../../access/ObjectName";
import { useMay } from "../../access/queries";
import type { Query } from "../../api/client";
import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { When } from "../../ui/Values";
import { NothingYet } from "../Listed";
import { useAllUsers, useAudit } from "../queries";
import type { AuditEntry } from "../shapes";
import { AuditPanel } from "./AuditPanel";
import { AuditResult, RESULTS } from "./AuditResult";
import { PERIODS, periodQuery } from "./period";
import { useActionWords } from "./words";

// Of which there are entries; the rest is found by searching.
const KINDS = ["domain", "host", "cluster", "pool", "volume", "network", "filter", "template", "image", "backup", "schedule", "job", "user", "group", "role", "grant", "quota", "token", "session", "me", "auth"] as const;

interface AuditTableProps {
  /** Only what this one asked for. */
  actor?: string;
  /** The days between which it happened, of the page's own fields. */
  from?: string;
  to?: string;
  besideFilters?: ReactNode;
}

/** Who asked for what, and what was answered; which entry is open is in the address. */
export function AuditTable({ actor, from = "", to = "", besideFilters }: AuditTableProps) {
  const { t } = useTranslation();
  const words = useActionWords();
  const [params, setParams] = useSearchParams();
  const table = useTableState([...(actor ? [] : ["actor"]), "action", "kind", "result", "when"], "-at");
  const { when, ...asked } = table.query;
  const [opened] = useState(() => Date.now());
  const period: Query = periodQuery(Array.isArray(when) ? when[0] : undefined, from, to, opened);
  const query = useAudit({ ...asked, ...period, ...(actor && { actor }) });
  const users = useAllUsers(useMay("user.manage") && !actor);
  const rows = query.data?.results ?? [];
  const open = params.get("entry");
  const show = (id: string | null) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (id) after.set("entry", id);
        else after.delete("entry");
        return after;
      },
      { replace: true, preventScrollReset: true },
    );
  const actors = new Map<string, string>(users.data?.map(({ id, username }) => [id, username]));
  for (const { actor: who } of rows) if (who.id) actors.set(who.id, who.name);
  for (const id of table.filters.actor ?? []) if (!actors.has(id)) actors.set(id, id);
  const actions = [...new Set([...(table.filters.action ?? []), ...rows.map(({ action }) => action)])];
  const options = (values: readonly string[], label: (value: string) => string) => values.map((value) => ({ value, label: label(value) })).sort((a, b) => a.label.localeCompare(b.label));

  const columns: Column<AuditEntry>[] = [
    { key: "at", title: t("audit.at"), sort: "at", fit: true, cell: ({ at }) => <When at={at} /> },
    {
      key: "who",
      title: t("audit.who"),
      sort: "actor",
      cell: ({ actor: who, token }) => (
        <>
          <span className="ol-break">{who.name || "–"}</span>
          {token && <div className="ol-quiet">{t("audit.byToken", { name: token.name })}</div>}
        </>
      ),
    },
    {
      key: "action",
      title: t("audit.what"),
      sort: "action",
      cell: (entry) => (
        <Button variant="link" isInline onClick={() => show(entry.id)} aria-expanded={open === entry.id} className="ol-break">
          {words(entry.action)}
        </Button>
      ),
    },
    { key: "object", title: t("audit.object"), cell: ({ object }) => (object.id || object.name ? <ObjectName object={object} /> : "–") },
    { key: "result", title: t("audit.result.title"), fit: true, cell: ({ result }) => <AuditResult result={result} /> },
    { key: "from", title: t("audit.from"), from: open ? "2xl" : "lg", fit: true, cell: ({ address }) => (address ? <code>{address}</code> : "–") },
  ];
  return (
    <Drawer isExpanded={open !== null} isInline className="ol-editing">
      <DrawerContent panelContent={open ? <AuditPanel id={open} known={rows.find(({ id }) => id === open)} onClose={() => show(null)} /> : null}>
        <DrawerContentBody>
          <DataTable
            label={t("admin.audit.many")}
            name="audit"
            columns={actor ? columns.filter(({ key }) => key !== "who") : columns}
            table={table}
            query={query}
            bulk={besideFilters}
            filters={[
              ...(actors.size > 0 && !actor ? [{ name: "actor", title: t("audit.who"), single: true, options: options([...actors.keys()], (id) => actors.get(id) ?? id) }] : []),
              ...(actions.length > 0 ? [{ name: "action", title: t("audit.what"), single: true, options: options(actions, words) }] : []),
              { name: "kind", title: t("audit.object"), single: true, options: options(KINDS, (kind) => t(`kind.${kind}`)) },
              { name: "result", title: t("audit.result.title"), single: true, options: RESULTS.map((value) => ({ value, label: t(`audit.result.${value}`) })) },
              { name: "when", title: t("audit.at"), single: true, options: Object.keys(PERIODS).map((value) => ({ value, label: t(`audit.period.${value}`) })) },
            ]}
            empty={<NothingYet title={t("audit.none")} body={t("audit.noneBody")} icon={ListIcon} />}
          />
        </DrawerContentBody>
      </DrawerContent>
    </Drawer>
  );
}
