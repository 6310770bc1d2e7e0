import { Button, Flex, Tooltip } from "@patternfly/react-core";
import { CogIcon, PlayIcon, PowerOffIcon, ShareAltIcon, SyncAltIcon, ToolsIcon, TrashIcon } from "@patternfly/react-icons";
import { useState, type ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { api } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { Job } from "../../api/types";
import { useJobOf, useJobRequest } from "../../jobs/queries";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { useToast } from "../../ui/toast";
import { BuildDialog } from "./BuildDialog";
import { DeletePoolDialog } from "./DeletePoolDialog";
import { ShareDialog, UnshareDialog } from "./ShareDialog";
import { StopDialog } from "./StopDialog";
import { EditPoolDialog } from "./EditPoolDialog";
import type { Pool } from "../shapes";

type Plain = "start" | "refresh";
type Dialog = "stop" | "build" | "edit" | "share" | "unshare" | "delete";

// Whether others are shared, their source says.
const STATED: readonly string[] = ["dir", "fs", "netfs", "logical", "scsi", "mpath", "disk"];

const ICON: Record<Plain | Dialog, ComponentType> = { start: PlayIcon, refresh: SyncAltIcon, stop: PowerOffIcon, build: ToolsIcon, edit: CogIcon, share: ShareAltIcon, unshare: ShareAltIcon, delete: TrashIcon };

interface PoolActionsProps {
  pool: Pool;
  inRow?: boolean;
  /** What the page has to offer beside. */
  more?: readonly MenuEntry[];
}

/** What can be done to one pool: what its state asks for is a button, the rest in the menu. */
export function PoolActions({ pool, inRow = false, more = [] }: PoolActionsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const say = useToast();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const job = useJobOf(pool);
  const request = useJobRequest((action: Plain) => api.post<Job>(`/pools/${pool.id}/${action}/`));
  const may = (action: string) => pool.actions.includes(action);
  const busy = job !== null || request.isPending;
  const { name } = pool;

  const run = (action: Plain) =>
    request.mutate(action, {
      onError: (error) => say({ variant: "danger", title: t("domain.refused", { what: t(`storage.action.${action}`), name }), body: asProblem(error).message }),
    });
  const entry = (action: Plain | Dialog, then: () => void, more: Partial<MenuEntry> = {}): MenuEntry => {
    const Icon = ICON[action];
    return { key: action, label: t(`storage.action.${action}`), icon: <Icon />, disabled: busy, run: then, ...more };
  };
  const ask = (action: Dialog, more?: Partial<MenuEntry>) => (may(action) ? [entry(action, () => setDialog(action), more)] : []);
  const suggested = may("start");
  const entries: MenuEntry[] = [
    ...more,
    ...(may("refresh") ? [entry("refresh", () => run("refresh"))] : []),
    ...ask("edit"),
    ...(may("edit") && STATED.includes(pool.type) && !pool.shared ? [entry("share", () => setDialog("share"))] : []),
    ...(may("edit") && pool.shared?.stated ? [entry("unshare", () => setDialog("unshare"))] : []),
    ...ask("build"),
    ...ask("stop", { apart: true }),
    ...ask("delete", { danger: true, apart: true }),
  ];
  const close = () => setDialog(null);
  return (
    <Flex flexWrap={{ default: "nowrap" }} gap={{ default: inRow ? "gapNone" : "gapSm" }} justifyContent={{ default: "justifyContentFlexEnd" }}>
      {suggested &&
        (inRow ? (
          <Tooltip content={t("storage.action.start")}>
            <Button
              variant="plain"
              icon={<PlayIcon />}
              aria-label={t("domain.actionOn", { what: t("storage.action.start"), name })}
              isDisabled={busy}
              onClick={() => run("start")}
            />
          </Tooltip>
        ) : (
          <Button variant="primary" icon={<PlayIcon />} isLoading={request.isPending} isDisabled={busy} onClick={() => run("start")}>
            {t("storage.action.start")}
          </Button>
        ))}
      <Kebab label={t("domain.actionsOf", { name })} entries={entries} />
      {dialog === "stop" && <StopDialog pool={pool} onClose={close} />}
      {dialog === "build" && <BuildDialog pool={pool} onClose={close} />}
      {dialog === "edit" && <EditPoolDialog pool={pool} onClose={close} />}
      {dialog === "share" && <ShareDialog pool={pool} onClose={close} />}
      {dialog === "unshare" && <UnshareDialog pool={pool} onClose={close} />}
      {dialog === "delete" && <DeletePoolDialog pool={pool} onClose={close} onDeleted={inRow ? undefined : () => void navigate("/storage")} />}
    </Flex>
  );
}
