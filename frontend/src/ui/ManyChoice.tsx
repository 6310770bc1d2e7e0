import { FormGroup, FormHelperText, HelperText, HelperTextItem, Label, LabelGroup, MenuToggle, Select, SelectList, SelectOption, TextInputGroup, TextInputGroupMain } from "@patternfly/react-core";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";

interface ManyChoiceProps {
  label: string;
  placeholder: string;
  /** Undefined while they are read. */
  choices: readonly { id: string; name: string }[] | undefined;
  chosen: readonly string[];
  help?: string;
  complaint?: string;
  onChange: (chosen: readonly string[]) => void;
}

const MOST_SHOWN = 60;

/** Any number of many, found by typing a part of their names. */
export function ManyChoice({ label, placeholder, choices, chosen, help, complaint, onChange }: ManyChoiceProps) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const [sought, setSought] = useState("");
  useEffect(() => {
    if (!open) return;
    // It closes the list, wherever the focus is, and not the dialog around it.
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setOpen(false);
    };
    document.addEventListener("keydown", escape, true);
    return () => document.removeEventListener("keydown", escape, true);
  }, [open]);
  const nameOf = (one: string) => choices?.find((each) => each.id === one)?.name ?? one;
  const found = (choices ?? []).filter(({ name }) => name.toLowerCase().includes(sought.trim().toLowerCase())).slice(0, MOST_SHOWN);
  const toggle = (one: string) => onChange(chosen.includes(one) ? chosen.filter((each) => each !== one) : [...chosen, one]);
  return (
    <FormGroup label={label} fieldId={id}>
      <Select
        role="menu"
        isOpen={open}
        onOpenChange={setOpen}
        onSelect={(_event, one) => toggle(String(one))}
        shouldFocusFirstItemOnOpen={false}
        isScrollable
        toggle={(ref) => (
          <MenuToggle ref={ref} variant="typeahead" isFullWidth isExpanded={open} aria-label={label} onClick={() => setOpen(!open)}>
            <TextInputGroup isPlain>
              <TextInputGroupMain
                inputId={id}
                aria-label={label}
                value={sought}
                placeholder={placeholder}
                onClick={() => setOpen(true)}
                onChange={(_event, text) => {
                  setSought(text);
                  setOpen(true);
                }}
                autoComplete="off"
              />
            </TextInputGroup>
          </MenuToggle>
        )}
      >
        <SelectList>
          {found.map(({ id: one, name }) => (
            <SelectOption key={one} value={one} hasCheckbox isSelected={chosen.includes(one)}>
              {name}
            </SelectOption>
          ))}
          {found.length === 0 && <SelectOption isDisabled>{t(choices ? "table.nothing" : "loading")}</SelectOption>}
        </SelectList>
      </Select>
      <FormHelperText>
        {chosen.length > 0 && (
          <LabelGroup aria-label={t("chosen")}>
            {chosen.map((one) => (
              <Label key={one} variant="outline" onClose={() => toggle(one)} closeBtnAriaLabel={t("creation.clear", { what: nameOf(one) })}>
                {nameOf(one)}
              </Label>
            ))}
          </LabelGroup>
        )}
        {(complaint ?? help) && (
          <HelperText>
            <HelperTextItem variant={complaint ? "error" : "default"}>{complaint ?? help}</HelperTextItem>
          </HelperText>
        )}
      </FormHelperText>
    </FormGroup>
  );
}
