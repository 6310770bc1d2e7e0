import { Button, EmptyState, EmptyStateBody, Flex, PageSection } from "@patternfly/react-core";
import { TrashIcon, UndoIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import { JobInline } from "../../jobs/JobProgress";
import { useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { DataTable, type Column } from "../../ui/DataTable";
import { Kebab } from "../../ui/Menu";
import { PageHead } from "../../ui/PageHead";
import { useTableState } from "../../ui/tableState";
import { useToast } from "../../ui/toast";
import { When } from "../../ui/Values";
import { purge, restore, useDeletedDomains } from "./queries";
import type { DeletedDomain } from "./shapes";

/** The recycle bin: what was deleted and can still be had back, and until when. */
export function DeletedPage() {
  const { t } = useTranslation();
  const table = useTableState([], "-deleted_at");
  const query = useDeletedDomains(table.query);
  const columns: Column<DeletedDomain>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (entry) => (
        <>
          {entry.name}
          {entry.job && (
            <div>
              <JobInline job={entry.job} />
            </div>
          )}
        </>
      ),
    },
    { key: "host", title: t("host.one"), fit: true, cell: (entry) => entry.host.name },
    { key: "disks", title: t("deleted.disks"), cell: (entry) => entry.volumes.map(({ name }) => name).join(", ") || t("deleted.noDisks") },
    { key: "by", title: t("deleted.by"), fit: true, from: "xl", cell: (entry) => entry.deleted_by?.name ?? "–" },
    { key: "at", title: t("deleted.at"), sort: "deleted_at", fit: true, from: "lg", cell: (entry) => <When at={entry.deleted_at} /> },
    { key: "until", title: t("deleted.until"), sort: "purge_at", fit: true, cell: (entry) => <When at={entry.purge_at} /> },
  ];
  return (
    <>
      <PageHead title={t("deleted.title")} parent={{ title: t("domain.many"), to: "/domains" }} />
      <PageSection isFilled>
        <DataTable
          label={t("deleted.title")}
          name="deleted"
          columns={columns}
          table={table}
          query={query}
          rowActions={(entry) => <DeletedActions entry={entry} />}
          empty={
            <EmptyState titleText={t("deleted.none")} icon={TrashIcon} headingLevel="h2">
              <EmptyStateBody>{t("deleted.noneBody")}</EmptyStateBody>
            </EmptyState>
          }
        />
      </PageSection>
    </>
  );
}

function DeletedActions({ entry }: { entry: DeletedDomain }) {
  const { t } = useTranslation();
  const say = useToast();
  const [asked, setAsked] = useState(false);
  const back = useJobRequest(restore);
  const away = useJobRequest(purge);
  const busy = entry.job !== null || back.isPending;
  const name = entry.name;
  return (
    <Flex flexWrap={{ default: "nowrap" }} gap={{ default: "gapSm" }} justifyContent={{ default: "justifyContentFlexEnd" }}>
      {entry.actions.includes("restore") && (
        <Button
          variant="secondary"
          size="sm"
          icon={<UndoIcon />}
          aria-label={t("deleted.restoreOne", { name })}
          isLoading={back.isPending}
          isDisabled={busy}
          onClick={() =>
            back.mutate(entry.id, {
              onError: (error) => say({ variant: "danger", title: t("deleted.refused", { name }), body: asProblem(error).message }),
            })
          }
        >
          {t("deleted.restore")}
        </Button>
      )}
      <Kebab
        label={t("domain.actionsOf", { name })}
        entries={
          entry.actions.includes("purge")
            ? [{ key: "purge", label: t("deleted.purge"), icon: <TrashIcon />, danger: true, disabled: busy, run: () => setAsked(true) }]
            : []
        }
      />
      {asked && (
        <ConfirmDialog
          title={t("deleted.purgeTitle", { name })}
          confirm={t("deleted.purge")}
          busy={away.isPending}
          error={away.error}
          onConfirm={() => away.mutate(entry.id, { onSuccess: () => setAsked(false) })}
          onClose={() => setAsked(false)}
        >
          <p>{t("deleted.purgeBody", { name })}</p>
          {entry.volumes.length > 0 && (
            <ul className="ol-lost">
              {entry.volumes.map(({ target, path }) => (
                <li key={target}>
                  {target} <code>{path}</code>
                </li>
              ))}
            </ul>
          )}
        </ConfirmDialog>
      )}
    </Flex>
  );
}
