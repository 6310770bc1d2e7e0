import { useTranslation } from "react-i18next";

import { kindOf } from "../kinds";
import { edit, planEdit, useNetworkOptions } from "../queries";
import type { NetworkDetail } from "../shapes";
import { changesOf } from "./changes";
import { formOf } from "./form";
import { NetworkDialog } from "./NetworkDialog";

/** Change a network: at once where libvirt can, else from its next start on, which the plan says. */
export function EditNetworkDialog({ network, onClose }: { network: NetworkDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const { spec } = network;
  const options = useNetworkOptions(network.host.id);
  return (
    <NetworkDialog
      title={t("network.edit.title", { name: network.name })}
      submit={t("save")}
      start={formOf(network.host.id, network.name, kindOf(spec), spec, network.autostart)}
      hostName={network.host.name}
      fresh={false}
      options={options.data}
      wishOf={(form) => {
        const changes = changesOf(form, spec, network.autostart);
        return Object.keys(changes).length > 0 ? changes : null;
      }}
      method="PATCH"
      path={`/networks/${network.id}/`}
      plan={(wish) => planEdit(network.id, wish)}
      send={(wish) => edit(network.id, wish)}
      onClose={onClose}
    />
  );
}
