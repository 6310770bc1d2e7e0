import {
  Button,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  MenuToggle,
  Select,
  SelectList,
  SelectOption,
  TextInputGroup,
  TextInputGroupMain,
  TextInputGroupUtilities,
} from "@patternfly/react-core";
import { TimesIcon } from "@patternfly/react-icons";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useController, type FieldPath, type FieldValues, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

export interface Choice {
  value: string;
  label: string;
  description?: string;
}

interface ComboboxProps<T extends FieldValues> {
  form: UseFormReturn<T>;
  name: FieldPath<T>;
  label: string;
  help?: string;
  placeholder?: string;
  required?: boolean;
  choices: readonly Choice[];
  busy?: boolean;
  /** Said where there is nothing to choose. */
  none: string;
  onPicked?: (value: string) => void;
  /** What is typed, for choices that the server finds. */
  onTyped?: (text: string) => void;
}

const MOST_SHOWN = 60;

/** One of many, found by typing a part of its name. */
export function Combobox<T extends FieldValues>(props: ComboboxProps<T>) {
  const { form, name, label, help, placeholder, required, choices, busy = false, none, onPicked, onTyped } = props;
  const id = useId();
  const { t } = useTranslation();
  const { field, fieldState } = useController({ control: form.control, name });
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const { ref } = field;
  useEffect(() => ref(input.current), [ref]);

  const value: string = field.value;
  const chosen = choices.find((each) => each.value === value);
  const sought = (typed ?? "").trim().toLowerCase();
  const shown = choices.filter((each) => `${each.label} ${each.value}`.toLowerCase().includes(sought)).slice(0, MOST_SHOWN);
  const optionId = (at: number) => `${id}-option-${at}`;
  const show = () => {
    setOpen(true);
    input.current?.select(); // what is typed takes the place of what was chosen
    setActive(Math.max(0, shown.findIndex((each) => each.value === value)));
  };
  const close = () => {
    setOpen(false);
    setTyped(null);
    onTyped?.("");
  };
  const pick = (picked: string) => {
    field.onChange(picked);
    onPicked?.(picked);
    close();
    input.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!open) show();
      else if (shown.length > 0) setActive((active + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault(); // the form is not sent by choosing
      const at = shown[active];
      if (open && at) pick(at.value);
      else show();
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") close();
  };
  const error = fieldState.error && (fieldState.error.message || t("field.required"));
  return (
    <FormGroup label={label} fieldId={id} isRequired={required}>
      <Select
        isOpen={open}
        onOpenChange={(wanted) => !wanted && close()}
        onSelect={(_event, picked) => pick(String(picked))}
        selected={value}
        variant="typeahead"
        shouldFocusFirstItemOnOpen={false}
        isScrollable
        toggle={(toggle) => (
          <MenuToggle
            ref={toggle}
            variant="typeahead"
            aria-label={label}
            isExpanded={open}
            isFullWidth
            status={error ? "danger" : undefined}
            onClick={() => (open ? close() : show())}
          >
            <TextInputGroup isPlain>
              <TextInputGroupMain
                innerRef={input}
                aria-label={label}
                inputId={id}
                value={typed ?? chosen?.label ?? value}
                placeholder={placeholder}
                onClick={() => !open && show()}
                onChange={(_event, text) => {
                  setTyped(text);
                  onTyped?.(text);
                  setActive(0);
                  setOpen(true);
                }}
                onBlur={field.onBlur}
                onKeyDown={onKey}
                autoComplete="off"
                role="combobox"
                isExpanded={open}
                aria-controls={`${id}-list`}
                aria-activedescendant={open && shown.length > 0 ? optionId(active) : undefined}
              />
              {value !== "" && (
                <TextInputGroupUtilities>
                  <Button variant="plain" icon={<TimesIcon />} aria-label={t("creation.clear", { what: label })} onClick={() => pick("")} />
                </TextInputGroupUtilities>
              )}
            </TextInputGroup>
          </MenuToggle>
        )}
      >
        <SelectList id={`${id}-list`}>
          {shown.map((each, at) => (
            <SelectOption key={each.value} id={optionId(at)} value={each.value} description={each.description} isFocused={at === active}>
              {each.label}
            </SelectOption>
          ))}
          {shown.length === 0 && <SelectOption isDisabled>{busy ? t("loading") : choices.length === 0 ? none : t("table.nothing")}</SelectOption>}
        </SelectList>
      </Select>
      <FormHelperText>
        {(error ?? help) && (
          <HelperText>
            <HelperTextItem variant={error ? "error" : "default"}>{error ?? help}</HelperTextItem>
          </HelperText>
        )}
      </FormHelperText>
    </FormGroup>
  );
}
