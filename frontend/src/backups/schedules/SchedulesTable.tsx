import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Label, Switch } from "@patternfly/react-core";
import { CalendarAltIcon, PencilAltIcon, PlayIcon, TrashIcon } from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { asProblem } from "../../api/problem";
import { useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { DataTable, type Column } from "../../ui/DataTable";
import { Kebab } from "../../ui/Menu";
import { useTableState } from "../../ui/tableState";
import { useToast } from "../../ui/toast";
import { When } from "../../ui/Values";
import { runSchedule, useScheduleChange, useSchedules } from "../queries";
import type { Schedule } from "../shapes";
import { ruleWords } from "./rule";
import { ScheduleDialog } from "./ScheduleDialog";

const FEW = 3;

/** What is backed up by itself, when, and what of it is kept. */
export function SchedulesTable({ firstStep }: { firstStep?: ReactNode }) {
  const { t, i18n } = useTranslation();
  const table = useTableState([], "name");
  const query = useSchedules(table.query);
  const columns: Column<Schedule>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: ({ name, kind }) => (
        <>
          {name} <span className="ol-quiet">{t(`schedule.kind.${kind}`)}</span>
        </>
      ),
    },
    {
      key: "rule",
      title: t("schedule.when"),
      cell: ({ rule, zone }) => (
        <>
          {ruleWords(rule, t, i18n.language)} <span className="ol-quiet">{zone}</span>
        </>
      ),
    },
    { key: "next", title: t("schedule.next"), sort: "next_at", fit: true, cell: ({ next_at, enabled }) => (enabled ? <When at={next_at} /> : <span className="ol-quiet">{t("schedule.off")}</span>) },
    { key: "last", title: t("schedule.last"), sort: "last_at", fit: true, from: "xl", cell: ({ last_at }) => <When at={last_at} /> },
    { key: "domains", title: t("domain.many"), cell: (schedule) => <Which schedule={schedule} /> },
    { key: "pool", title: t("pool.one"), from: "lg", cell: ({ pool }) => pool?.name ?? "–" },
    { key: "keep", title: t("schedule.keeps"), numeric: true, fit: true, from: "lg", cell: ({ keep }) => keep },
    { key: "enabled", title: t("schedule.enabled"), fit: true, cell: (schedule) => <Enabled schedule={schedule} /> },
  ];
  return (
    <DataTable
      label={t("schedule.many")}
      name="schedules"
      columns={columns}
      table={table}
      query={query}
      dimmed={({ enabled }) => !enabled}
      rowActions={(schedule) => <Actions schedule={schedule} />}
      empty={
        <EmptyState titleText={t("schedule.none")} icon={CalendarAltIcon} headingLevel="h2">
          <EmptyStateBody>{t("schedule.noneBody")}</EmptyStateBody>
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

function Which({ schedule: { domains, tag } }: { schedule: Schedule }) {
  const { t } = useTranslation();
  return (
    <>
      {domains.slice(0, FEW).map(({ id, name }, at) => (
        <span key={id}>
          {at > 0 && ", "}
          <Link to={`/domains/${id}?tab=backups`}>{name}</Link>
        </span>
      ))}
      {domains.length > FEW && <span className="ol-quiet"> {t("job.more", { count: domains.length - FEW })}</span>}{" "}
      {tag && (
        <Label isCompact variant="outline">
          {tag}
        </Label>
      )}
      {domains.length === 0 && !tag && "–"}
    </>
  );
}

function Enabled({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const say = useToast();
  const change = useScheduleChange();
  return (
    <Switch
      id={`enabled-${schedule.id}`}
      aria-label={t("domain.actionOn", { what: t("schedule.enabled"), name: schedule.name })}
      isChecked={schedule.enabled}
      isDisabled={change.isPending || !schedule.actions.includes("edit")}
      onChange={(_event, enabled) =>
        change.mutate(
          { id: schedule.id, wish: { enabled } },
          { onError: (error) => say({ variant: "danger", title: t("domain.refused", { what: t("schedule.enabled"), name: schedule.name }), body: asProblem(error).message }) },
        )
      }
    />
  );
}

function Actions({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const say = useToast();
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const running = useJobRequest(runSchedule);
  const change = useScheduleChange();
  const may = (action: string) => schedule.actions.includes(action);
  const { name } = schedule;
  const run = () =>
    running.mutate(schedule.id, {
      onError: (error) => say({ variant: "danger", title: t("domain.refused", { what: t("schedule.run"), name }), body: asProblem(error).message }),
    });
  return (
    <div className="ol-actions ol-end">
      {may("run") && (
        <Button variant="secondary" size="sm" className="ol-wide-only" icon={<PlayIcon />} isLoading={running.isPending} isDisabled={running.isPending} aria-label={t("domain.actionOn", { what: t("schedule.run"), name })} onClick={run}>
          {t("schedule.run")}
        </Button>
      )}
      <Kebab
        label={t("domain.actionsOf", { name })}
        entries={[
          ...(may("run") ? [{ key: "run", label: t("schedule.run"), icon: <PlayIcon />, run }] : []),
          ...(may("edit") ? [{ key: "edit", label: t("network.action.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit" as const) }] : []),
          ...(may("delete") ? [{ key: "delete", label: t("network.action.delete"), icon: <TrashIcon />, danger: true, apart: true, run: () => setDialog("delete" as const) }] : []),
        ]}
      />
      {dialog === "edit" && <ScheduleDialog schedule={schedule} onClose={() => setDialog(null)} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={t("schedule.delete.title", { name })}
          confirm={t("network.action.delete")}
          busy={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate({ id: schedule.id, wish: null }, { onSuccess: () => setDialog(null) })}
          onClose={() => setDialog(null)}
        >
          {t("schedule.delete.body")}
        </ConfirmDialog>
      )}
    </div>
  );
}
