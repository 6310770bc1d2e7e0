import { Button } from "@patternfly/react-core";
import { PencilAltIcon, ServerIcon, TrashIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMaySomewhere } from "../../access/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Kebab } from "../../ui/Menu";
import ClusterDialog from "./ClusterDialog";
import { MembersDialog } from "./MembersDialog";
import { deleteCluster, useClusterChange, type Cluster } from "./queries";

/** What can be done with one cluster; in a row only the menu. */
export function ClusterActions({ cluster, inRow = false }: { cluster: Cluster; inRow?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"edit" | "members" | "delete" | null>(null);
  const remove = useClusterChange(deleteCluster);
  const may = (action: string) => cluster.actions.includes(action);
  const mayMove = useMaySomewhere("host.edit") && may("edit");
  const close = () => {
    setDialog(null);
    remove.reset();
  };
  return (
    <div className="ol-actions ol-end">
      {!inRow && mayMove && (
        <Button variant="secondary" icon={<ServerIcon />} onClick={() => setDialog("members")}>
          {t("clusters.members")}
        </Button>
      )}
      <Kebab
        label={t("host.actionsOf", { name: cluster.name })}
        entries={[
          ...(inRow && mayMove ? [{ key: "members", label: t("clusters.members"), icon: <ServerIcon />, run: () => setDialog("members") }] : []),
          ...(may("edit") ? [{ key: "edit", label: t("host.action.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit") }] : []),
          ...(may("delete") ? [{ key: "delete", label: t("clusters.delete"), icon: <TrashIcon />, danger: true, apart: true, run: () => setDialog("delete") }] : []),
        ]}
      />
      {dialog === "edit" && <ClusterDialog cluster={cluster} onClose={close} />}
      {dialog === "members" && <MembersDialog cluster={cluster} onClose={close} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={t("clusters.deleteTitle", { name: cluster.name })}
          confirm={t("clusters.delete")}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() =>
            remove.mutate(cluster.id, {
              onSuccess: () => {
                close();
                if (!inRow) void navigate("/hosts?tab=clusters");
              },
            })
          }
          onClose={close}
        >
          {t("clusters.deleteBody", { count: cluster.hosts })}
        </ConfirmDialog>
      )}
    </div>
  );
}
