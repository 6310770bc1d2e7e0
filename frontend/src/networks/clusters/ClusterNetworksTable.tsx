import { Button, EmptyState, EmptyStateBody, Icon } from "@patternfly/react-core";
import { CheckCircleIcon, ExclamationTriangleIcon, MinusCircleIcon, TopologyIcon, TrashIcon } from "@patternfly/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { DataTable, type Column } from "../../ui/DataTable";
import { FormDialog } from "../../ui/FormDialog";
import { Kebab } from "../../ui/Menu";
import { PlanView } from "../../ui/PlanView";
import type { Tone } from "../../ui/StateLabel";
import { useTableState } from "../../ui/tableState";
import { usePlan } from "../../ui/usePlan";
import { kindOf } from "../kinds";
import { applyShared, forgetShared, planApplyShared, useClusterNetworks } from "../queries";
import type { ClusterNetwork, ClusterPart } from "../shapes";

const LOOK: Readonly<Record<ClusterPart["status"], { icon: ComponentType; tone: Tone }>> = {
  there: { icon: CheckCircleIcon, tone: "success" },
  differs: { icon: ExclamationTriangleIcon, tone: "warning" },
  missing: { icon: MinusCircleIcon, tone: undefined },
};

/** Networks that hosts of a cluster should have in common, and where they are. */
export function ClusterNetworksTable() {
  const { t } = useTranslation();
  const table = useTableState([], "name");
  const query = useClusterNetworks(table.query);
  const columns: Column<ClusterNetwork>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: ({ name, description }) => (
        <>
          {name}
          {description && <div className="ol-quiet">{description}</div>}
        </>
      ),
    },
    { key: "cluster", title: t("cluster"), sort: "cluster", fit: true, cell: ({ cluster }) => cluster.name },
    { key: "kind", title: t("network.kindIs"), fit: true, cell: ({ spec }) => t(`network.kind.${kindOf(spec)}`) },
    { key: "subnet", title: t("network.subnet"), from: "lg", cell: ({ spec }) => (spec.ips?.length ? <code>{spec.ips.map(({ address }) => address).join(", ")}</code> : "–") },
    { key: "hosts", title: t("host.many"), cell: ({ hosts }) => <Parts hosts={hosts} /> },
  ];
  return (
    <DataTable
      label={t("clusterNetwork.many")}
      columns={columns}
      table={table}
      query={query}
      rowActions={(network) => <Actions network={network} />}
      empty={
        <EmptyState titleText={t("clusterNetwork.none")} icon={TopologyIcon} headingLevel="h2">
          <EmptyStateBody>{t("clusterNetwork.noneBody")}</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}

function Parts({ hosts }: { hosts: readonly ClusterPart[] }) {
  const { t } = useTranslation();
  return (
    <ul className="ol-parts">
      {hosts.map(({ host, network, status, why }) => {
        const { icon: Picture, tone } = LOOK[status];
        return (
          <li key={host.id}>
            <span className="ol-state">
              <Icon status={tone} size="md">
                <Picture />
              </Icon>
              {network ? <Link to={`/networks/${network.id}`}>{host.name}</Link> : host.name}
              <span className="ol-quiet">{t(`clusterNetwork.status.${status}`)}</span>
            </span>
            {why.map((sentence) => (
              <div key={sentence} className="ol-quiet">
                {sentence}
              </div>
            ))}
          </li>
        );
      })}
    </ul>
  );
}

function Actions({ network }: { network: ClusterNetwork }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [dialog, setDialog] = useState<"apply" | "delete" | null>(null);
  const forget = useMutation({ mutationFn: forgetShared, onSuccess: () => client.invalidateQueries({ queryKey: ["cluster_network"] }) });
  const incomplete = network.hosts.some(({ status }) => status !== "there");
  const mayApply = network.actions.includes("apply");
  return (
    <div className="ol-actions ol-end">
      {mayApply && incomplete && (
        <Button variant="secondary" size="sm" aria-label={t("domain.actionOn", { what: t("clusterNetwork.apply.button"), name: network.name })} onClick={() => setDialog("apply")}>
          {t("clusterNetwork.apply.button")}
        </Button>
      )}
      <Kebab
        label={t("domain.actionsOf", { name: network.name })}
        entries={network.actions.includes("delete") ? [{ key: "delete", label: t("clusterNetwork.forget.button"), icon: <TrashIcon />, danger: true, run: () => setDialog("delete") }] : []}
      />
      {dialog === "apply" && <ApplyDialog network={network} onClose={() => setDialog(null)} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={t("clusterNetwork.forget.title", { name: network.name })}
          confirm={t("clusterNetwork.forget.button")}
          busy={forget.isPending}
          error={forget.error}
          onConfirm={() => forget.mutate(network.id, { onSuccess: () => setDialog(null) })}
          onClose={() => setDialog(null)}
        >
          {t("clusterNetwork.forget.body")}
        </ConfirmDialog>
      )}
    </div>
  );
}

/** Make it where it lacks and alike where it differs, after having seen what that changes. */
function ApplyDialog({ network, onClose }: { network: ClusterNetwork; onClose: () => void }) {
  const { t } = useTranslation();
  const request = useJobRequest(applyShared);
  const plan = usePlan([network.id, "apply"], request.isPending ? null : {}, () => planApplyShared(network.id));
  return (
    <FormDialog
      title={t("clusterNetwork.apply.title", { name: network.name, cluster: network.cluster.name })}
      description={t("clusterNetwork.apply.body")}
      submit={t("clusterNetwork.apply.button")}
      busy={request.isPending}
      disabled={!plan.current || plan.plan?.allowed !== true}
      onSubmit={() => request.mutate(network.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Parts hosts={network.hosts} />
      <PlanView plan={plan.plan} error={request.error ?? plan.error} busy={plan.busy} />
    </FormDialog>
  );
}
