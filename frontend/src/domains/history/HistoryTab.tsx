import { Button, EmptyState, EmptyStateBody, FormSelect, FormSelectOption, Label, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { HistoryIcon, UndoIcon } from "@patternfly/react-icons";
import { ExpandableRowContent, Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import type { DomainDetail, Revision } from "../../api/types";
import { FactsSkeleton } from "../../ui/Facts";
import { OutdatedAlert, ProblemPage } from "../../ui/Problems";
import { When } from "../../ui/Values";
import { Changes } from "./Changes";
import { Difference } from "./Difference";
import { PAGE_SIZE, useRevisions } from "./queries";
import { RollbackDialog } from "./RollbackDialog";

/** The versions of the definition, whoever made them: what changed, between any two of them, and back to one. */
export default function HistoryTab({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [limit, setLimit] = useState(PAGE_SIZE);
  const [shown, setShown] = useState<number | null>(null);
  const [back, setBack] = useState<Revision | null>(null);
  const query = useRevisions(domain.id, limit);
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton />;
  const revisions = query.data.results;
  const newest = revisions[0]?.number;
  if (newest === undefined) {
    return (
      <EmptyState titleText={t("history.none")} icon={HistoryIcon} headingLevel="h2">
        <EmptyStateBody>{t("history.noneBody")}</EmptyStateBody>
      </EmptyState>
    );
  }
  const from = Number(params.get("from")) || null;
  const to = Number(params.get("to")) || newest;
  const compare = (next: { from: number | null; to: number }) =>
    setParams({ tab: "history", ...(next.from && { from: String(next.from), to: String(next.to) }) }, { replace: true });
  return (
    <>
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      <Toolbar>
        <ToolbarContent alignItems="center">
          <ToolbarItem>
            <Choice label={t("history.from")} value={from} empty={t("history.compare")} revisions={revisions} onChange={(picked) => compare({ from: picked, to })} />
          </ToolbarItem>
          {from !== null && (
            <>
              <ToolbarItem>
                <Choice label={t("history.to")} value={to} revisions={revisions} onChange={(picked) => compare({ from, to: picked ?? newest })} />
              </ToolbarItem>
              <ToolbarItem>
                <Button variant="link" onClick={() => compare({ from: null, to })}>
                  {t("history.clear")}
                </Button>
              </ToolbarItem>
            </>
          )}
        </ToolbarContent>
      </Toolbar>
      {from !== null && <Difference domain={domain.id} from={from} to={to} />}
      <Table variant="compact" aria-label={t("history.many")} isExpandable>
        <Thead>
          <Tr>
            <Th screenReaderText={t("details")} />
            <Th modifier="fitContent">{t("history.version")}</Th>
            <Th modifier="fitContent">{t("history.at")}</Th>
            <Th modifier="fitContent">{t("history.by")}</Th>
            <Th>{t("history.what")}</Th>
            <Th screenReaderText={t("table.actions")} />
          </Tr>
        </Thead>
        {revisions.map((revision, at) => (
          <Version
            key={revision.number}
            revision={revision}
            at={at}
            newest={revision.number === newest}
            open={shown === revision.number}
            onToggle={() => setShown(shown === revision.number ? null : revision.number)}
            difference={
              revision.number > 1 ? (
                <Difference domain={domain.id} from={revision.number - 1} to={revision.number} />
              ) : (
                <p className="ol-quiet">{t("history.first")}</p>
              )
            }
          >
            {revision.number !== newest && domain.actions.includes("edit_xml") && (
              <Button
                variant="link"
                size="sm"
                icon={<UndoIcon />}
                aria-label={t("history.rollbackTo", { number: revision.number })}
                onClick={() => setBack(revision)}
              >
                {t("history.rollback")}
              </Button>
            )}
          </Version>
        ))}
      </Table>
      {query.data.count > revisions.length && (
        <Button variant="link" isLoading={query.isPlaceholderData} onClick={() => setLimit(limit + PAGE_SIZE)}>
          {t("history.older")}
        </Button>
      )}
      {back && <RollbackDialog domain={domain} revision={back} onClose={() => setBack(null)} />}
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: number | null;
  empty?: string;
  revisions: readonly Revision[];
  onChange: (picked: number | null) => void;
}

function Choice({ label, value, empty, revisions, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <FormSelect value={value ?? ""} aria-label={label} onChange={(_event, picked) => onChange(picked === "" ? null : Number(picked))}>
      {empty && <FormSelectOption value="" label={empty} isPlaceholder />}
      {revisions.map((revision) => (
        <FormSelectOption key={revision.number} value={revision.number} label={t("history.number", { number: revision.number })} />
      ))}
    </FormSelect>
  );
}

interface VersionProps {
  revision: Revision;
  at: number;
  newest: boolean;
  open: boolean;
  onToggle: () => void;
  difference: ReactNode;
  children: ReactNode;
}

function Version({ revision, at, newest, open, onToggle, difference, children }: VersionProps) {
  const { t } = useTranslation();
  const kind = revision.job?.kind;
  return (
    <Tbody isExpanded={open}>
      <Tr>
        <Td expand={{ rowIndex: at, isExpanded: open, onToggle }} />
        <Td dataLabel={t("history.version")} modifier="nowrap">
          {revision.number} {newest && <Label isCompact color="blue">{t("history.now")}</Label>}
        </Td>
        <Td dataLabel={t("history.at")}>
          <When at={revision.at} />
        </Td>
        <Td dataLabel={t("history.by")} modifier="nowrap">
          {revision.by ? revision.by.name : <Label isCompact variant="outline">{t("history.onNode")}</Label>}
        </Td>
        <Td dataLabel={t("history.what")}>
          {kind && <span className="ol-quiet">{t(`job.kind.${kind}`, { defaultValue: kind })} </span>}
          <Changes changes={revision.changes} />
        </Td>
        <Td isActionCell>{children}</Td>
      </Tr>
      {open && (
        <Tr isExpanded>
          <Td />
          <Td colSpan={5}>
            <ExpandableRowContent>{difference}</ExpandableRowContent>
          </Td>
        </Tr>
      )}
    </Tbody>
  );
}
