import { useState } from "react";
import { useTranslation } from "react-i18next";

import { FormDialog } from "../../ui/FormDialog";
import { ManyChoice } from "../../ui/ManyChoice";
import { ProblemAlert } from "../../ui/Problems";
import { movesTo } from "./members";
import { moveHosts, useAllHosts, useClusterChange, type Cluster } from "./queries";

/** Which hosts are in a cluster: of those that one may change. */
export function MembersDialog({ cluster, onClose }: { cluster: Cluster; onClose: () => void }) {
  const { t } = useTranslation();
  const hosts = useAllHosts();
  const mine = hosts.data?.filter(({ actions }) => actions.includes("edit"));
  const [changed, setChanged] = useState<readonly string[] | null>(null);
  const chosen = changed ?? (mine ?? []).filter(({ cluster: of }) => of?.id === cluster.id).map(({ id }) => id);
  const moves = movesTo(cluster.id, mine ?? [], chosen);
  const request = useClusterChange(moveHosts);
  return (
    <FormDialog
      title={t("clusters.membersTitle", { name: cluster.name })}
      description={t("clusters.membersBody")}
      submit={t("save")}
      busy={request.isPending}
      disabled={moves.length === 0}
      onSubmit={() => request.mutate(moves, { onSuccess: onClose })}
      onClose={onClose}
    >
      <ProblemAlert error={request.error ?? hosts.error} />
      <ManyChoice
        label={t("host.many")}
        placeholder={t("clusters.chooseHosts")}
        choices={mine?.map(({ id, name, cluster: of }) => ({ id, name: of && of.id !== cluster.id ? t("clusters.hostIn", { name, cluster: of.name }) : name }))}
        chosen={chosen}
        help={mine?.length === 0 ? t("clusters.noneToChoose") : undefined}
        onChange={setChanged}
      />
    </FormDialog>
  );
}
