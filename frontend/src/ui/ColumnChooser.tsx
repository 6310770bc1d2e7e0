import { Divider, MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import { ColumnsIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { isShown, useWidths, type Choice, type Shown } from "./columns";

interface ColumnChooserProps {
  label: string;
  columns: readonly (Shown & { title: string })[];
  choice: Choice;
  onChoice: (choice: Choice | null) => void;
}

const RESET = "";

/** Which columns a table shows; what names its rows is always there. */
export function ColumnChooser({ label, columns, choice, onChoice }: ColumnChooserProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const widths = useWidths();
  const pick = (key: string) => {
    const column = columns.find((each) => each.key === key);
    onChoice(column ? { ...choice, [key]: !isShown(column, choice, widths) } : null);
  };
  return (
    <Select
      role="menu"
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={(_event, key) => pick(String(key))}
      isScrollable
      maxMenuHeight="min(32rem, 60vh)"
      popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} variant="plain" icon={<ColumnsIcon />} isExpanded={open} aria-label={t("table.columnsOf", { label })} title={t("table.columns")} onClick={() => setOpen(!open)} />
      )}
    >
      <SelectList>
        {columns.map((column) => (
          <SelectOption key={column.key} value={column.key} hasCheckbox isSelected={isShown(column, choice, widths)}>
            {column.title}
          </SelectOption>
        ))}
        <Divider component="li" />
        <SelectOption value={RESET} isDisabled={Object.keys(choice).length === 0}>
          {t("table.columnsReset")}
        </SelectOption>
      </SelectList>
    </Select>
  );
}
