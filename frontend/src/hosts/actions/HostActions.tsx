import { Button, Checkbox, Flex } from "@patternfly/react-core";
import { CertificateIcon, KeyIcon, PencilAltIcon, SyncAltIcon, TrashIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { asProblem } from "../../api/problem";
import type { Host } from "../../api/types";
import { useJobOf, useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { useToast } from "../../ui/toast";
import { refreshHost, renewCertificate, rotateKey, useDeleteHost } from "../queries";
import { HostDialog } from "./HostDialog";

/** What can be done to one host; in a row only the menu. */
export function HostActions({ host, inRow = false }: { host: Host; inRow?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const say = useToast();
  const [dialog, setDialog] = useState<"edit" | "remove" | null>(null);
  const [takeKey, setTakeKey] = useState(true);
  const ours = host.reached_by === "own_key" || host.reached_by === "own_certificate";
  const job = useJobOf(host);
  const refresh = useJobRequest(refreshHost);
  const remove = useDeleteHost(host.id);
  const may = (action: string) => host.actions.includes(action);

  const runRefresh = () =>
    refresh.mutate(host.id, {
      onError: (error) => say({ variant: "danger", title: t("host.refreshRefused", { name: host.name }), body: asProblem(error).message }),
    });
  const rotate = useJobRequest(rotateKey);
  const runRotate = () =>
    rotate.mutate(host.id, {
      onError: (error) => say({ variant: "danger", title: t("host.rotateRefused", { name: host.name }), body: asProblem(error).message }),
    });
  const renew = useJobRequest(renewCertificate);
  const runRenew = () =>
    renew.mutate(host.id, {
      onError: (error) => say({ variant: "danger", title: t("host.renewRefused", { name: host.name }), body: asProblem(error).message }),
    });
  const entries: MenuEntry[] = [
    ...(may("refresh") && inRow
      ? [{ key: "refresh", label: t("host.action.refresh"), icon: <SyncAltIcon />, disabled: job !== null, run: runRefresh }]
      : []),
    ...(may("edit") ? [{ key: "edit", label: t("host.action.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit") }] : []),
    ...(may("rotate-key")
      ? [{ key: "rotate", label: t("host.action.rotateKey"), icon: <KeyIcon />, disabled: job !== null, run: runRotate }]
      : []),
    ...(may("renew-certificate")
      ? [{ key: "renew", label: t("host.action.renewCertificate"), icon: <CertificateIcon />, disabled: job !== null, run: runRenew }]
      : []),
    ...(may("delete")
      ? [{ key: "delete", label: t("host.action.delete"), icon: <TrashIcon />, danger: true, apart: true, run: () => setDialog("remove") }]
      : []),
  ];

  return (
    <Flex flexWrap={{ default: "nowrap" }} gap={{ default: "gapSm" }} justifyContent={{ default: "justifyContentFlexEnd" }}>
      {!inRow && may("refresh") && (
        <Button variant="secondary" icon={<SyncAltIcon />} isLoading={refresh.isPending} isDisabled={refresh.isPending || job !== null} onClick={runRefresh}>
          {t("host.action.refresh")}
        </Button>
      )}
      <Kebab label={t("host.actionsOf", { name: host.name })} entries={entries} />
      {dialog === "edit" && <HostDialog host={host} onClose={() => setDialog(null)} />}
      {dialog === "remove" && (
        <ConfirmDialog
          title={t("host.remove.title", { name: host.name })}
          confirm={t("host.action.delete")}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() =>
            remove.mutate(ours && takeKey, {
              onSuccess: () => {
                setDialog(null);
                if (!inRow) void navigate("/hosts");
              },
            })
          }
          onClose={() => setDialog(null)}
        >
          {t("host.remove.body", { count: host.domains.total })}
          {ours && (
            <Checkbox id="host-remove-key" label={t("host.remove.key")} isChecked={takeKey} onChange={(_event, yes) => setTakeKey(yes)} />
          )}
        </ConfirmDialog>
      )}
    </Flex>
  );
}
