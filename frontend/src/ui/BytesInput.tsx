import { FormGroup, FormSelect, FormSelectOption, InputGroup, InputGroupItem, TextInput } from "@patternfly/react-core";
import { useId, useState } from "react";
import { Controller, type FieldPath, type FieldValues, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { Help } from "./fields";
import { OFFERED_UNITS } from "./sizes";

interface BytesInputProps {
  id: string;
  label: string;
  text: string;
  onChange: (text: string) => void;
  validated: "error" | "default";
  "aria-describedby": string;
}

/** An amount and its unit, as one text such as "2 GiB". */
export function BytesInput({ label, text, onChange, ...shared }: BytesInputProps) {
  const { t } = useTranslation();
  const [amount = "", said] = text.split(" ");
  const [kept, keep] = useState(said ?? "MiB"); // while the amount is written anew
  const unit = said ?? kept;
  const units = OFFERED_UNITS.some((offered) => offered === unit) ? OFFERED_UNITS : [unit, ...OFFERED_UNITS];
  const say = (nextAmount: string, nextUnit: string) => {
    keep(nextUnit);
    onChange(nextAmount.trim() === "" ? "" : `${nextAmount.replaceAll(" ", "")} ${nextUnit}`);
  };
  return (
    <InputGroup>
      <InputGroupItem isFill>
        <TextInput {...shared} value={amount} inputMode="decimal" autoComplete="off" onChange={(_event, next) => say(next, unit)} />
      </InputGroupItem>
      <InputGroupItem>
        <FormSelect value={unit} aria-label={t("hardware.unitOf", { what: label })} onChange={(_event, next) => say(amount, next)} className="ol-unit">
          {units.map((each) => (
            <FormSelectOption key={each} value={each} label={each} />
          ))}
        </FormSelect>
      </InputGroupItem>
    </InputGroup>
  );
}

interface BytesFieldProps<T extends FieldValues> {
  form: UseFormReturn<T>;
  name: FieldPath<T>;
  label: string;
  help?: string;
  required?: boolean;
}

/** A size of a form, kept as its text. */
export function BytesField<T extends FieldValues>({ form, name, label, help, required }: BytesFieldProps<T>) {
  const id = useId();
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field, fieldState }) => (
        <FormGroup label={label} fieldId={id} isRequired={required}>
          <BytesInput
            id={id}
            label={label}
            text={field.value}
            onChange={field.onChange}
            validated={fieldState.error ? "error" : "default"}
            aria-describedby={`${id}-help`}
          />
          <Help id={`${id}-help`} error={fieldState.error?.message} help={help} />
        </FormGroup>
      )}
    />
  );
}
