import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { changesOf } from "../form/changes";
import { formOf, type NetworkForm } from "../form/form";
import { FixedAddresses } from "../form/sections";
import { kindOf } from "../kinds";
import type { NetworkDetail } from "../shapes";
import { PartDialog } from "./PartDialog";

/** The addresses that single guests always get, from now on. */
export function FixedDialog({ network, onClose }: { network: NetworkDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm<NetworkForm>({ defaultValues: formOf(network.host.id, network.name, kindOf(network.spec), network.spec, network.autostart) });
  const values = useWatch({ control: form.control }) as NetworkForm;
  return (
    <PartDialog
      network={network}
      title={t("network.editFixed")}
      description={t("network.fixedHelp")}
      form={form}
      wish={changesOf(values, network.spec, network.autostart)}
      onClose={onClose}
    >
      <FixedAddresses form={form} values={values} />
    </PartDialog>
  );
}
