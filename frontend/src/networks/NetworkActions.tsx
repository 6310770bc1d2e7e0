import { Button } from "@patternfly/react-core";
import { PencilAltIcon, PlayIcon, StopIcon, SyncAltIcon, TopologyIcon, TrashIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { asProblem } from "../api/problem";
import { useJobOf, useJobRequest } from "../jobs/queries";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Kebab, type MenuEntry } from "../ui/Menu";
import { PlanView } from "../ui/PlanView";
import { useToast } from "../ui/toast";
import { usePlan } from "../ui/usePlan";
import { ShareDialog } from "./clusters/ShareDialog";
import { EditNetworkDialog } from "./form/EditNetworkDialog";
import { planRemove, remove, restart, start, stop, useNetwork } from "./queries";
import type { NetworkRow } from "./shapes";

type Dialog = "edit" | "stop" | "restart" | "delete" | "share";

/** What can be done with one network, by what its reader may do now. */
export function NetworkActions({ network, inRow = false }: { network: NetworkRow; inRow?: boolean }) {
  const { t } = useTranslation();
  const say = useToast();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const starting = useJobRequest(start);
  const job = useJobOf(network);
  const busy = job !== null || starting.isPending;
  const may = (action: string) => network.actions.includes(action);
  const run = () =>
    starting.mutate(network.id, {
      onError: (error) => say({ variant: "danger", title: t("domain.refused", { what: t("network.action.start"), name: network.name }), body: asProblem(error).message }),
    });
  const entries: MenuEntry[] = [
    ...(inRow && may("start") ? [{ key: "start", label: t("network.action.start"), icon: <PlayIcon />, disabled: busy, run }] : []),
    ...(may("edit") ? [{ key: "edit", label: t("network.action.edit"), icon: <PencilAltIcon />, disabled: busy, run: () => setDialog("edit") }] : []),
    ...(may("edit") ? [{ key: "share", label: t("network.action.share"), icon: <TopologyIcon />, run: () => setDialog("share") }] : []),
    ...(may("stop")
      ? [
          { key: "restart", label: t("network.action.restart"), icon: <SyncAltIcon />, disabled: busy, apart: true, run: () => setDialog("restart") },
          { key: "stop", label: t("network.action.stop"), icon: <StopIcon />, disabled: busy, run: () => setDialog("stop") },
        ]
      : []),
    ...(may("delete") ? [{ key: "delete", label: t("network.action.delete"), icon: <TrashIcon />, danger: true, apart: true, disabled: busy, run: () => setDialog("delete") }] : []),
  ];
  const close = () => setDialog(null);
  return (
    <div className="ol-actions ol-end">
      {!inRow && may("start") && (
        <Button variant="primary" icon={<PlayIcon />} isLoading={starting.isPending} isDisabled={busy} onClick={run}>
          {t("network.action.start")}
        </Button>
      )}
      {!inRow && may("edit") && (
        <Button variant="secondary" icon={<PencilAltIcon />} isDisabled={busy} onClick={() => setDialog("edit")}>
          {t("network.action.edit")}
        </Button>
      )}
      <Kebab label={t("domain.actionsOf", { name: network.name })} entries={inRow ? entries : entries.filter(({ key }) => key !== "edit")} />
      {dialog === "edit" && <EditNetwork id={network.id} onClose={close} />}
      {dialog === "share" && <ShareDialog network={network} onClose={close} />}
      {(dialog === "stop" || dialog === "restart") && <StopDialog network={network} again={dialog === "restart"} onClose={close} />}
      {dialog === "delete" && <DeleteDialog network={network} inRow={inRow} onClose={close} />}
    </div>
  );
}

/** The form starts from what is there now, whichever row it was opened from. */
function EditNetwork({ id, onClose }: { id: string; onClose: () => void }) {
  const network = useNetwork(id).data;
  return network ? <EditNetworkDialog key={network.id} network={network} onClose={onClose} /> : null;
}

/** Off, or off and on: names who loses the link. */
export function StopDialog({ network, again, onClose }: { network: NetworkRow; again: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const users = useLosers(network.id);
  const request = useJobRequest((id: string) => (again ? restart(id, users.length > 0) : stop(id, users.length > 0)));
  return (
    <ConfirmDialog
      title={t(again ? "network.restart.title" : "network.stop.title", { name: network.name })}
      confirm={t(again ? "network.action.restart" : "network.action.stop")}
      busy={request.isPending}
      error={request.error}
      onConfirm={() => request.mutate(network.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{t(again ? "network.restart.body" : "network.stop.body", { host: network.host.name })}</p>
      {users.length > 0 && (
        <>
          <p>{t(again ? "network.restart.losers" : "network.stop.losers", { count: users.length })}</p>
          <ul className="ol-lost">
            {users.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </>
      )}
    </ConfirmDialog>
  );
}

/** The names of running machines that are on it, and how many more there are whose names one may not see. */
function useLosers(id: string): readonly string[] {
  const { t } = useTranslation();
  const domains = useNetwork(id).data?.domains;
  const names = new Set(domains?.users.filter(({ state }) => ACTIVE.includes(state)).map(({ name }) => name));
  return [...names, ...(domains?.others ? [t("network.others", { count: domains.others })] : [])];
}

const ACTIVE: readonly string[] = ["running", "blocked", "paused", "pmsuspended"];

function DeleteDialog({ network, inRow, onClose }: { network: NetworkRow; inRow: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const request = useJobRequest(remove);
  const plan = usePlan([network.id, "delete"], request.isPending ? null : {}, () => planRemove(network.id));
  const refused = plan.current && (plan.error !== null || plan.plan?.allowed === false);
  return (
    <ConfirmDialog
      title={t("network.delete.title", { name: network.name })}
      confirm={t("network.action.delete")}
      busy={request.isPending}
      disabled={refused}
      error={request.error}
      onConfirm={() =>
        request.mutate(network.id, {
          onSuccess: () => {
            onClose();
            if (!inRow) void navigate("/networks");
          },
        })
      }
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{t("network.delete.body", { host: network.host.name })}</p>
        <PlanView plan={plan.plan} error={plan.error} busy={plan.busy} />
      </div>
    </ConfirmDialog>
  );
}
