import { FormGroup, FormHelperText, HelperText, HelperTextItem, Radio } from "@patternfly/react-core";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { INSTALLS, type HostForm } from "./hostForm";

/** By what ovirtlite comes back to a machine that it meets over ssh. */
export function InstallChoice({ form, values, known }: { form: UseFormReturn<HostForm>; values: HostForm; known: boolean }) {
  const { t } = useTranslation();
  const error = form.formState.errors.install?.message;
  return (
    <FormGroup role="radiogroup" isStack fieldId="host-install" label={t("host.install.title")}>
      {INSTALLS.map((each) => (
        <Radio
          key={each}
          id={`host-install-${each}`}
          name="install"
          label={t(each === "none" && known ? "host.install.asNow" : `host.install.${each}`)}
          description={t(each === "none" && known ? "host.install.asNow_body" : `host.install.${each}_body`)}
          isDisabled={each === "none" && values.ssh_password !== ""}
          isChecked={values.install === each}
          onChange={() => form.setValue("install", each)}
        />
      ))}
      {error && (
        <FormHelperText>
          <HelperText>
            <HelperTextItem variant="error">{error}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
