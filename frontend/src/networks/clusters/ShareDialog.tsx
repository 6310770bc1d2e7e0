import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { api } from "../../api/client";
import type { Host } from "../../api/types";
import { keys } from "../../live/keys";
import { TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import { sentSpec } from "../form/changes";
import { shareNetwork } from "../queries";
import type { NetworkRow } from "../shapes";

/** Make a host's network one of its cluster's: the same on every host, so that machines can move. */
export function ShareDialog({ network, onClose }: { network: NetworkRow; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const host = useQuery({
    queryKey: keys.one("host", network.host.id),
    queryFn: ({ signal }) => api.get<Host>(`/hosts/${network.host.id}/`, {}, signal),
  });
  const form = useForm({ defaultValues: { name: network.name, description: "" } });
  const { description } = useWatch({ control: form.control });
  const cluster = host.data?.cluster;
  const request = useMutation({ mutationFn: shareNetwork });
  const shown = useComplaints(form, request.error);
  return (
    <FormDialog
      title={t("clusterNetwork.share.title", { name: network.name })}
      description={t("clusterNetwork.share.body", { cluster: cluster?.name ?? t("cluster") })}
      submit={t("clusterNetwork.share.submit")}
      busy={request.isPending}
      disabled={!cluster}
      onSubmit={() =>
        request.mutate(
          { cluster: cluster?.id, name: network.name, description, spec: sentSpec(network.spec) },
          {
            onSuccess: () => {
              void client.invalidateQueries({ queryKey: ["cluster_network"] });
              onClose();
              void navigate("/networks?tab=clusters");
            },
          },
        )
      }
      onClose={onClose}
    >
      {host.data && !cluster && <p>{t("clusterNetwork.share.noCluster", { host: network.host.name })}</p>}
      {cluster && <TextField form={form} name="description" label={t("domain.description")} lines={2} autoFocus />}
      <ProblemAlert error={request.error ?? host.error} shownFields={shown} />
    </FormDialog>
  );
}
