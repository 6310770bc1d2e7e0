import { FormGroup, FormHelperText, HelperText, HelperTextItem, Label, LabelGroup, MenuToggle, Select, SelectList, SelectOption, TextInputGroup, TextInputGroupMain } from "@patternfly/react-core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

interface DomainsChoiceProps {
  domains: readonly { id: string; name: string }[] | undefined;
  chosen: readonly string[];
  complaint?: string;
  onChange: (chosen: readonly string[]) => void;
}

const MOST_SHOWN = 60;

/** Machines by name, any number of them. */
export function DomainsChoice({ domains, chosen, complaint, onChange }: DomainsChoiceProps) {
  const { t } = useTranslation();
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
  const nameOf = (id: string) => domains?.find((each) => each.id === id)?.name ?? id;
  const found = (domains ?? []).filter(({ name }) => name.toLowerCase().includes(sought.trim().toLowerCase())).slice(0, MOST_SHOWN);
  const toggle = (id: string) => onChange(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  return (
    <FormGroup label={t("domain.many")} fieldId="schedule-domains">
      <Select
        role="menu"
        isOpen={open}
        onOpenChange={setOpen}
        onSelect={(_event, id) => toggle(String(id))}
        shouldFocusFirstItemOnOpen={false}
        isScrollable
        toggle={(ref) => (
          <MenuToggle ref={ref} variant="typeahead" isFullWidth isExpanded={open} aria-label={t("domain.many")} onClick={() => setOpen(!open)}>
            <TextInputGroup isPlain>
              <TextInputGroupMain
                inputId="schedule-domains"
                aria-label={t("domain.many")}
                value={sought}
                placeholder={t("schedule.chooseDomains")}
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
          {found.map(({ id, name }) => (
            <SelectOption key={id} value={id} hasCheckbox isSelected={chosen.includes(id)}>
              {name}
            </SelectOption>
          ))}
          {found.length === 0 && <SelectOption isDisabled>{t(domains ? "table.nothing" : "loading")}</SelectOption>}
        </SelectList>
      </Select>
      <FormHelperText>
        {chosen.length > 0 && (
          <LabelGroup aria-label={t("schedule.chosen")}>
            {chosen.map((id) => (
              <Label key={id} variant="outline" onClose={() => toggle(id)} closeBtnAriaLabel={t("creation.clear", { what: nameOf(id) })}>
                {nameOf(id)}
              </Label>
            ))}
          </LabelGroup>
        )}
        {complaint && (
          <HelperText>
            <HelperTextItem variant="error">{complaint}</HelperTextItem>
          </HelperText>
        )}
      </FormHelperText>
    </FormGroup>
  );
}
