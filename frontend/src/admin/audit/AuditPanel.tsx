import { DrawerActions, DrawerCloseButton, DrawerHead, DrawerPanelBody, DrawerPanelContent, Title } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { ObjectName } from "../../access/ObjectName";
import { CodeToCopy } from "../../ui/CodeToCopy";
import { Facts, FactsSkeleton } from "../../ui/Facts";
import { ProblemPage } from "../../ui/Problems";
import { Copyable, When } from "../../ui/Values";
import { useAuditEntry } from "../queries";
import type { AuditEntry, Change } from "../shapes";
import { AuditResult } from "./AuditResult";
import { useActionWords } from "./words";

/** One entry whole: the facts, each changed field as it was and as it is, and the entry as it is kept. */
export function AuditPanel({ id, known, onClose }: { id: string; known?: AuditEntry; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useActionWords();
  const query = useAuditEntry(id, known === undefined);
  const entry = known ?? query.data;
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => head.current?.focus(), [id]);
  return (
    <DrawerPanelContent className="ol-edit-panel" widths={{ default: "width_50", xl: "width_33" }} aria-label={t("audit.entry")}>
      <DrawerHead>
        <Title headingLevel="h2" size="lg">
          <div ref={head} tabIndex={-1}>
            {entry ? words(entry.action) : t("audit.entry")}
          </div>
        </Title>
        <DrawerActions>
          <DrawerCloseButton onClose={onClose} aria-label={t("close")} />
        </DrawerActions>
      </DrawerHead>
      <DrawerPanelBody>
        {!entry && (query.isError ? <ProblemPage error={query.error} retry={() => void query.refetch()} /> : <FactsSkeleton />)}
        {entry && <Entry entry={entry} />}
      </DrawerPanelBody>
    </DrawerPanelContent>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const { detail, changes } = entry;
  const told = Object.entries(detail).filter(([, value]) => value !== null && value !== "");
  return (
    <div className="ol-stack">
      <Facts
        columns={1}
        facts={[
          [t("audit.result.title"), <AuditResult result={entry.result} />],
          [t("audit.at"), <When at={entry.at} />],
          [t("audit.who"), entry.actor.id ? <ObjectName bare object={{ kind: "user", id: entry.actor.id, name: entry.actor.name }} /> : entry.actor.name || "–"],
          [t("audit.token"), entry.token?.name],
          [t("audit.from"), entry.address && <Copyable>{entry.address}</Copyable>],
          [t("audit.object"), entry.object.id || entry.object.name ? <ObjectName object={entry.object} /> : null],
          [t("audit.action"), <code>{entry.action}</code>],
          [t("audit.number"), entry.sequence],
        ]}
      />
      {Object.keys(changes).length > 0 && <Changes changes={changes} />}
      {told.length > 0 && (
        <>
          <h3 className="ol-plan-title">{t("audit.told")}</h3>
          <Facts columns={1} facts={told.map(([name, value]) => [name, <Value value={value} />] as const)} />
        </>
      )}
      <CodeToCopy title={t("audit.raw")} code={JSON.stringify(entry, null, 2)} />
    </div>
  );
}

function Changes({ changes }: { changes: Readonly<Record<string, Change>> }) {
  const { t } = useTranslation();
  return (
    <Table variant="compact" borders={false} aria-label={t("audit.changes")} gridBreakPoint="">
      <Thead>
        <Tr>
          <Th>{t("audit.field")}</Th>
          <Th>{t("audit.before")}</Th>
          <Th>{t("audit.after")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {Object.entries(changes).map(([field, { before, after }]) => (
          <Tr key={field}>
            <Th modifier="breakWord">
              <code>{field}</code>
            </Th>
            <Td modifier="breakWord">
              <Value value={before} />
            </Td>
            <Td modifier="breakWord">
              <Value value={after} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

/** A value as one reads it; what is made of others, as JSON. */
function Value({ value }: { value: unknown }) {
  const { t } = useTranslation();
  if (value === null || value === undefined || value === "") return <span className="ol-quiet">{t("audit.nothing")}</span>;
  if (typeof value === "boolean") return <>{t(value ? "yes" : "no")}</>;
  if (Array.isArray(value) && value.every((each) => typeof each === "string" || typeof each === "number")) {
    return value.length === 0 ? <span className="ol-quiet">{t("audit.nothing")}</span> : <span className="ol-break">{value.join(", ")}</span>;
  }
  return typeof value === "object" ? <code className="ol-break">{JSON.stringify(value)}</code> : <span className="ol-break">{String(value)}</span>;
}
