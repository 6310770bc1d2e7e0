import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import { saveCluster, useClusterChange, type Cluster } from "./queries";

/** A new cluster, or the name and the description of one. */
export default function ClusterDialog({ cluster, onClose }: { cluster?: Cluster; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { name: cluster?.name ?? "", description: cluster?.description ?? "" } });
  const { name = "", description = "" } = useWatch({ control: form.control });
  const request = useClusterChange(saveCluster(cluster?.id));
  const shown = useComplaints(form, request.error);
  return (
    <FormDialog
      title={cluster ? t("host.edit.title", { name: cluster.name }) : t("clusters.create")}
      description={cluster ? undefined : t("clusters.createBody")}
      submit={t(cluster ? "save" : "clusters.create")}
      busy={request.isPending}
      disabled={name.trim() === ""}
      onSubmit={() =>
        request.mutate(
          { name: name.trim(), description: description.trim() },
          {
            onSuccess: ({ id }) => {
              onClose();
              if (!cluster) void navigate(`/clusters/${id}`);
            },
          },
        )
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error} shownFields={shown} />
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
      <TextField form={form} name="description" label={t("domain.description")} autoComplete="off" />
    </FormDialog>
  );
}
