import {
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { useId } from "react";
import { Controller, type FieldPath, type FieldValues, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

interface FieldProps<T extends FieldValues> {
  form: UseFormReturn<T>;
  name: FieldPath<T>;
  label: string;
  help?: string;
  required?: boolean;
}

interface TextFieldProps<T extends FieldValues> extends FieldProps<T> {
  type?: "text" | "password" | "number";
  /** Lines: more than one for keys and certificates. */
  lines?: number;
  autoComplete?: string;
  autoFocus?: boolean;
  placeholder?: string;
  code?: boolean;
}

/** A line or some lines of text, with its complaint below it, its own or the server's. */
export function TextField<T extends FieldValues>(props: TextFieldProps<T>) {
  const { form, name, label, help, required, type = "text", lines, autoComplete, autoFocus, placeholder, code } = props;
  const id = useId();
  const { t } = useTranslation();
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field, fieldState }) => {
        const shared = {
          ...field,
          value: field.value ?? "",
          id,
          isRequired: required,
          placeholder,
          validated: fieldState.error ? ("error" as const) : ("default" as const),
          "aria-describedby": `${id}-help`,
          className: code ? "ol-code" : undefined,
        };
        return (
          <FormGroup label={label} fieldId={id} isRequired={required}>
            {lines ? (
              <TextArea {...shared} rows={lines} resizeOrientation="vertical" spellCheck={false} />
            ) : (
              <TextInput {...shared} type={type} autoComplete={autoComplete} autoFocus={autoFocus} />
            )}
            <Help id={`${id}-help`} error={fieldState.error && (fieldState.error.message || t("field.required"))} help={help} />
          </FormGroup>
        );
      }}
    />
  );
}

interface SelectFieldProps<T extends FieldValues> extends FieldProps<T> {
  options: readonly { value: string; label: string }[];
  onPicked?: (value: string) => void;
}

export function SelectField<T extends FieldValues>({ form, name, label, help, required, options, onPicked }: SelectFieldProps<T>) {
  const id = useId();
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field, fieldState }) => (
        <FormGroup label={label} fieldId={id} isRequired={required}>
          <FormSelect
            {...field}
            id={id}
            aria-describedby={`${id}-help`}
            onChange={(_event, value) => {
              field.onChange(value);
              onPicked?.(value);
            }}
          >
            {options.map((option) => (
              <FormSelectOption key={option.value} value={option.value} label={option.label} />
            ))}
          </FormSelect>
          <Help id={`${id}-help`} error={fieldState.error?.message} help={help} />
        </FormGroup>
      )}
    />
  );
}

export function Help({ id, error, help }: { id: string; error?: string; help?: string }) {
  return (
    <FormHelperText id={id}>
      {(error ?? help) && (
        <HelperText>
          <HelperTextItem variant={error ? "error" : "default"}>{error ?? help}</HelperTextItem>
        </HelperText>
      )}
    </FormHelperText>
  );
}
