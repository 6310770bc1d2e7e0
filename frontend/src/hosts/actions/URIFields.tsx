import { Grid, GridItem, Switch } from "@patternfly/react-core";
import { useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SelectField, TextField } from "../../ui/fields";
import { buildURI, DRIVERS, parseURI, pathOf, TRANSPORTS } from "../uri";
import type { HostForm } from "./hostForm";

/** The address of a node: put together from its parts, or written by hand. */
export function URIFields({ form }: { form: UseFormReturn<HostForm> }) {
  const { t } = useTranslation();
  const values = useWatch({ control: form.control }) as HostForm;

  const changeWritten = (written: boolean) => {
    if (written) form.setValue("uri", buildURI(values));
    else {
      const parts = parseURI(values.uri);
      if (parts) Object.entries(parts).forEach(([name, value]) => form.setValue(name as keyof HostForm, value));
    }
    form.setValue("written", written);
  };
  const drivers = [...new Set([...DRIVERS, values.driver])];
  const transports = [...new Set([...TRANSPORTS, values.transport])];

  return (
    <>
      {values.written ? (
        <TextField form={form} name="uri" label={t("host.uri")} help={t("host.uriHelp")} placeholder="qemu+ssh://root@node1.example.org/system" code required />
      ) : (
        <Grid hasGutter>
          <GridItem sm={6}>
            <SelectField
              form={form}
              name="driver"
              label={t("host.driver")}
              options={drivers.map((value) => ({ value, label: t(`host.drivers.${value}`, { defaultValue: value }) }))}
              onPicked={(driver) => form.setValue("path", pathOf(driver))}
            />
          </GridItem>
          <GridItem sm={6}>
            <SelectField
              form={form}
              name="transport"
              label={t("host.transport")}
              options={transports.map((value) => ({ value, label: t(`host.transports.${value || "local"}`, { defaultValue: value }) }))}
            />
          </GridItem>
          {values.transport !== "" && (
            <>
              {values.transport === "ssh" && (
                <GridItem sm={3}>
                  <TextField form={form} name="user" label={t("host.user")} autoComplete="off" />
                </GridItem>
              )}
              <GridItem sm={values.transport === "ssh" ? 6 : 9}>
                <TextField form={form} name="host" label={t("host.address")} placeholder="node1.example.org" autoComplete="off" required />
              </GridItem>
              <GridItem sm={3}>
                <TextField form={form} name="port" label={t("host.port")} placeholder={{ ssh: "22", tls: "16514", tcp: "16509" }[values.transport]} autoComplete="off" />
              </GridItem>
            </>
          )}
          {(values.transport === "" || values.host !== "") && (
            <GridItem className="ol-quiet">
              {t("host.uri")}: <code>{buildURI(values)}</code>
            </GridItem>
          )}
        </Grid>
      )}
      <Switch id="host-written" label={t("host.writeURI")} isChecked={values.written} onChange={(_event, written) => changeWritten(written)} />
    </>
  );
}
