import {
  ExpandableSection,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  Switch,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import { BytesInput } from "../../ui/BytesInput";
import { OrderInput } from "./OrderInput";
import { type Field, type Value, type Values } from "./form";

export type Errors = Readonly<Record<string, readonly string[]>>;

interface FieldsFormProps {
  fields: readonly Field[];
  values: Values;
  onChange: (name: string, value: Value) => void;
  errors: Errors;
  /** Something is added: what can be said only then is asked. */
  adding?: boolean;
  /** In this kind of thing some names mean something of their own: tried first among the texts. */
  kind: string;
}

/** The fields of a device or a group of settings, the rarer ones folded, with the server's complaints at them. */
export function FieldsForm({ fields, values, onChange, errors, adding = false, kind }: FieldsFormProps) {
  const { t } = useTranslation();
  const asked = fields.filter((field) => (!field.when || field.when(values)) && (adding || !field.once));
  const row = (field: Field) => (
    <FieldInput
      key={field.name}
      kind={kind}
      field={field}
      value={values[field.name] ?? ""}
      onChange={(value) => onChange(field.name, value)}
      complaint={errors[field.name]?.join(" ")}
    />
  );
  const more = asked.filter((field) => field.more);
  const set = more.filter((field) => values[field.name] !== "" && values[field.name] !== false && values[field.name] !== undefined);
  return (
    <>
      {asked.filter((field) => !field.more).map(row)}
      {more.length > 0 && (
        <ExpandableSection
          isIndented
          toggleContent={
            <>
              {t("hardware.more")}{" "}
              <span className="ol-quiet">
                {set.length === 0 ? t("hardware.moreUnset") : set.map((field) => `${labelOf(t, kind, field)}: ${values[field.name]}`).join(" · ")}
              </span>
            </>
          }
          isExpanded={more.some((field) => errors[field.name]) || undefined}
        >
          <div className="ol-stack">{more.map(row)}</div>
        </ExpandableSection>
      )}
    </>
  );
}

type Translate = ReturnType<typeof useTranslation>["t"];

/** What a property is called: as it is in this kind of thing, else as it is everywhere. */
export function labelOf(t: Translate, kind: string, { name }: Pick<Field, "name">): string {
  const key = name.replaceAll(".", "_");
  return t([`hardware.field.${kind}_${key}`, `hardware.field.${key}`], { defaultValue: name });
}

interface FieldInputProps {
  kind: string;
  field: Field;
  value: Value;
  onChange: (value: Value) => void;
  complaint?: string;
}

function FieldInput({ kind, field, value, onChange, complaint }: FieldInputProps) {
  const { t } = useTranslation();
  const id = useId();
  const label = labelOf(t, kind, field);
  const text = String(value);
  const shared = {
    id,
    "aria-describedby": `${id}-help`,
    validated: complaint ? ("error" as const) : ("default" as const),
  };
  if (field.as === "switch") {
    return (
      <FormGroup fieldId={id}>
        <Switch id={id} label={label} isChecked={value === true} onChange={(_event, checked) => onChange(checked)} aria-describedby={`${id}-help`} />
        <Complaint id={`${id}-help`} text={complaint} />
      </FormGroup>
    );
  }
  return (
    <FormGroup label={label} fieldId={id} isRequired={field.required}>
      {field.as === "choice" && (
        <FormSelect {...shared} value={text} onChange={(_event, picked) => onChange(picked)}>
          {(!field.required || text === "") && <FormSelectOption value="" label={t("hardware.default")} />}
          {[...new Set([...(field.options ?? []), text])].filter(Boolean).map((option) => (
            <FormSelectOption key={option} value={option} label={option} />
          ))}
        </FormSelect>
      )}
      {field.as === "reference" && (
        <FormSelect {...shared} value={text} onChange={(_event, picked) => onChange(picked)}>
          {text === "" && <FormSelectOption value="" label={t("hardware.unchanged")} isPlaceholder />}
          {field.choices?.map((choice) => (
            <FormSelectOption key={choice.value} value={choice.value} label={choice.label} />
          ))}
        </FormSelect>
      )}
      {field.as === "maybe" && (
        <FormSelect {...shared} value={text} onChange={(_event, picked) => onChange(picked)}>
          <FormSelectOption value="" label={t("hardware.default")} />
          <FormSelectOption value="yes" label={t("yes")} />
          <FormSelectOption value="no" label={t("no")} />
        </FormSelect>
      )}
      {field.as === "bytes" && <BytesInput {...shared} label={label} text={text} onChange={onChange} />}
      {field.as === "order" && <OrderInput label={label} value={text} options={field.options ?? []} onChange={onChange} />}
      {field.as === "lines" && (
        <TextArea {...shared} value={text} rows={3} resizeOrientation="vertical" onChange={(_event, next) => onChange(next)} />
      )}
      {(field.as === "text" || field.as === "whole" || field.as === "secret" || field.as === "words" || field.as === "numbers") && (
        <TextInput
          {...shared}
          value={text}
          type={field.as === "secret" ? "password" : "text"}
          inputMode={field.as === "whole" ? "numeric" : undefined}
          autoComplete={field.as === "secret" ? "new-password" : "off"}
          onChange={(_event, next) => onChange(next)}
        />
      )}
      <Complaint id={`${id}-help`} text={complaint} />
    </FormGroup>
  );
}

export function Complaint({ id, text }: { id: string; text: string | undefined }) {
  return (
    <FormHelperText id={id}>
      {text && (
        <HelperText>
          <HelperTextItem variant="error">{text}</HelperTextItem>
        </HelperText>
      )}
    </FormHelperText>
  );
}
