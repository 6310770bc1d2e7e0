import { Grid, GridItem } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { SelectField, TextField } from "../../ui/fields";
import { create, planCreate, useHostsToChoose, useNetworkOptions } from "../queries";
import { EMPTY, wishOf } from "./form";
import { NetworkDialog } from "./NetworkDialog";

/** Make a network on a host. A subnet that is free there is filled in. */
export function CreateNetworkDialog({ host: given, onClose }: { host?: string; onClose: () => void }) {
  const hosts = useHostsToChoose();
  if (!hosts.data) return null;
  const first = given ?? (hosts.data.length === 1 ? hosts.data[0]?.id : undefined) ?? "";
  return <Dialog key={first} first={first} hosts={hosts.data} onClose={onClose} />;
}

function Dialog({ first, hosts, onClose }: { first: string; hosts: readonly { id: string; name: string }[]; onClose: () => void }) {
  const { t } = useTranslation();
  const [host, setHost] = useState(first);
  const options = useNetworkOptions(host);
  return (
    <NetworkDialog
      title={t("network.create.title")}
      submit={t("network.create.submit")}
      start={{ ...EMPTY, host: first }}
      hostName={hosts.find(({ id }) => id === host)?.name ?? t("host.one")}
      fresh
      suggested={options.data?.suggested}
      wishOf={wishOf}
      method="POST"
      path="/networks/"
      plan={planCreate}
      send={create}
      options={options.data}
      onHost={setHost}
      onClose={onClose}
      head={(form) => (
        <Grid hasGutter>
          <GridItem sm={6}>
            <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
          </GridItem>
          <GridItem sm={6}>
            <SelectField
              form={form}
              name="host"
              label={t("host.one")}
              required
              options={[{ value: "", label: t("creation.chooseHost") }, ...hosts.map(({ id, name }) => ({ value: id, label: name }))]}
            />
          </GridItem>
        </Grid>
      )}
    />
  );
}
