import { Button, ClipboardCopyButton, FormGroup, InputGroup, InputGroupItem, TextInput } from "@patternfly/react-core";
import { EyeIcon, EyeSlashIcon, SyncAltIcon } from "@patternfly/react-icons";
import { useId, useState } from "react";
import { Controller, type FieldPath, type FieldValues, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { Help } from "../../ui/fields";
import { generatedPassword } from "./password";

interface PasswordFieldProps<T extends FieldValues> {
  form: UseFormReturn<T>;
  name: FieldPath<T>;
  label: string;
  help?: string;
  required?: boolean;
}

/** A password for somebody else: generated, shown and copied, so that it can be handed over. */
export function PasswordField<T extends FieldValues>({ form, name, label, help, required }: PasswordFieldProps<T>) {
  const { t } = useTranslation();
  const id = useId();
  const [shown, setShown] = useState(false);
  const [copied, setCopied] = useState(false);
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field, fieldState }) => (
        <FormGroup label={label} fieldId={id} isRequired={required}>
          <InputGroup>
            <InputGroupItem isFill>
              <TextInput
                {...field}
                value={field.value ?? ""}
                id={id}
                type={shown ? "text" : "password"}
                autoComplete="new-password"
                isRequired={required}
                validated={fieldState.error ? "error" : "default"}
                aria-describedby={`${id}-help`}
                className={shown ? "ol-code" : undefined}
              />
            </InputGroupItem>
            <InputGroupItem>
              <Button variant="control" aria-label={t(shown ? "admin.users.hide" : "admin.users.show")} icon={shown ? <EyeSlashIcon /> : <EyeIcon />} onClick={() => setShown(!shown)} />
            </InputGroupItem>
            <InputGroupItem>
              <ClipboardCopyButton
                id={`${id}-copy`}
                textId={id}
                variant="control"
                aria-label={t("copy")}
                disabled={!field.value}
                onClick={() => {
                  void navigator.clipboard.writeText(field.value);
                  setCopied(true);
                }}
                onTooltipHidden={() => setCopied(false)}
              >
                {t(copied ? "copied" : "copy")}
              </ClipboardCopyButton>
            </InputGroupItem>
            <InputGroupItem>
              <Button
                variant="control"
                icon={<SyncAltIcon />}
                onClick={() => {
                  field.onChange(generatedPassword());
                  setShown(true);
                }}
              >
                {t("admin.users.generate")}
              </Button>
            </InputGroupItem>
          </InputGroup>
          <Help id={`${id}-help`} error={fieldState.error && (fieldState.error.message || t("field.required"))} help={help} />
        </FormGroup>
      )}
    />
  );
}
