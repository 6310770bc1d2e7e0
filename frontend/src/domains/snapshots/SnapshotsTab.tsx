import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Label, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { CameraIcon, MemoryIcon, UndoIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMaySomewhere } from "../../access/queries";
import type { DomainDetail, Snapshot } from "../../api/types";
import { FactsSkeleton } from "../../ui/Facts";
import { Kebab } from "../../ui/Menu";
import { OutdatedAlert, ProblemPage } from "../../ui/Problems";
import { When } from "../../ui/Values";
import { DeleteDialog } from "./DeleteDialog";
import { useSnapshots } from "./queries";
import { RevertDialog } from "./RevertDialog";
import { TakeDialog } from "./TakeDialog";
import { rowsOf, type Row } from "./tree";

type Open = { what: "take" } | { what: "revert" | "delete"; row: Row };

/** The states that a domain can be taken back to, as the tree that they are. */
export default function SnapshotsTab({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  const query = useSnapshots(domain.id);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<Open | null>(null);
  const mayTake = domain.actions.includes("snapshot");
  const mayRevert = domain.actions.includes("revert");
  // What one may never do is not there; what cannot be done just now is there, and says so.
  const everTakes = useMaySomewhere("domain.snapshot");
  const everReverts = useMaySomewhere("domain.revert");
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton />;
  const rows = rowsOf(query.data, folded);
  const close = () => setOpen(null);
  const fold = (name: string) => {
    const next = new Set(folded);
    if (!next.delete(name)) next.add(name);
    setFolded(next);
  };
  const button = everTakes && (
    <Button variant="primary" icon={<CameraIcon />} isDisabled={!mayTake} onClick={() => setOpen({ what: "take" })}>
      {t("snapshot.take.button")}
    </Button>
  );
  return (
    <>
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      {rows.length === 0 ? (
        <EmptyState titleText={t("snapshot.none")} icon={CameraIcon} headingLevel="h2">
          <EmptyStateBody>{t("snapshot.noneBody")}</EmptyStateBody>
          {button && (
            <EmptyStateFooter>
              <EmptyStateActions>{button}</EmptyStateActions>
            </EmptyStateFooter>
          )}
        </EmptyState>
      ) : (
        <>
          <Toolbar>
            <ToolbarContent>
              {button && <ToolbarItem>{button}</ToolbarItem>}
              <ToolbarItem alignSelf="center" className="ol-quiet">
                {t("snapshot.count", { count: rows.length })}
              </ToolbarItem>
            </ToolbarContent>
          </Toolbar>
          <Table isTreeTable variant="compact" className="ol-middle" aria-label={t("snapshot.many")}>
            <Thead>
              <Tr>
                <Th width={35}>{t("name")}</Th>
                <Th modifier="fitContent">{t("snapshot.taken")}</Th>
                <Th>{t("snapshot.holds")}</Th>
                <Th screenReaderText={t("table.actions")} />
              </Tr>
            </Thead>
            <Tbody>
              {rows.map((row, at) => (
                <TreeRow key={row.snapshot.name} row={row} at={at} folded={folded.has(row.snapshot.name)} onFold={() => fold(row.snapshot.name)}>
                  {everReverts && (
                    <Button
                      variant="secondary"
                      size="sm"
                      className="ol-wide-only"
                      icon={<UndoIcon />}
                      isDisabled={!mayRevert}
                      aria-label={t("domain.actionOn", { what: t("snapshot.revert.button"), name: row.snapshot.name })}
                      onClick={() => setOpen({ what: "revert", row })}
                    >
                      {t("snapshot.revert.button")}
                    </Button>
                  )}
                  <Kebab
                    label={t("domain.actionsOf", { name: row.snapshot.name })}
                    entries={[
                      ...(everReverts ? [{ key: "revert", label: t("snapshot.revert.button"), icon: <UndoIcon />, disabled: !mayRevert, run: () => setOpen({ what: "revert", row }) }] : []),
                      ...(everTakes ? [{ key: "delete", label: t("snapshot.delete.button"), danger: true, disabled: !mayTake, run: () => setOpen({ what: "delete", row }) }] : []),
                    ]}
                  />
                </TreeRow>
              ))}
            </Tbody>
          </Table>
        </>
      )}
      {open?.what === "take" && <TakeDialog domain={domain} taken={query.data.map((each) => each.name)} onClose={close} />}
      {open?.what === "revert" && <RevertDialog domain={domain} snapshot={open.row.snapshot} onClose={close} />}
      {open?.what === "delete" && <DeleteDialog domain={domain} row={open.row} onClose={close} />}
    </>
  );
}

interface TreeRowProps {
  row: Row;
  at: number;
  folded: boolean;
  onFold: () => void;
  children: React.ReactNode;
}

function TreeRow({ row, at, folded, onFold, children }: TreeRowProps) {
  const { t } = useTranslation();
  const { snapshot } = row;
  return (
    <Tr
      isHidden={row.hidden}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
    >
      <Td
        dataLabel={t("name")}
        treeRow={{
          onCollapse: onFold,
          rowIndex: at,
          props: {
            isExpanded: !folded,
            isHidden: row.hidden,
            "aria-level": row.level,
            "aria-posinset": row.position,
            "aria-setsize": row.children,
          },
        }}
      >
        <span className="ol-name">{snapshot.name}</span>{" "}
        {snapshot.current && (
          <Label isCompact color="blue">
            {t("snapshot.current")}
          </Label>
        )}
        {snapshot.description && <div className="ol-quiet">{snapshot.description}</div>}
      </Td>
      <Td dataLabel={t("snapshot.taken")}>
        <When at={snapshot.taken_at} />
      </Td>
      <Td dataLabel={t("snapshot.holds")}>
        <Holds snapshot={snapshot} />
      </Td>
      <Td isActionCell>
        <div className="ol-actions">{children}</div>
      </Td>
    </Tr>
  );
}

/** What is in it: the memory of a running guest, which disks, and whether in files of their own. */
function Holds({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation();
  const disks = snapshot.disks.filter((disk) => disk.snapshot !== "no").map((disk) => disk.target);
  return (
    <>
      {snapshot.memory && (
        <>
          <Label isCompact icon={<MemoryIcon />} variant="outline">
            {t("snapshot.memory")}
          </Label>{" "}
        </>
      )}
      {disks.length > 0 ? disks.join(", ") : snapshot.memory ? "" : t("snapshot.noDisks")}{" "}
      {snapshot.external && <span className="ol-quiet">{t("snapshot.external")}</span>}
    </>
  );
}
