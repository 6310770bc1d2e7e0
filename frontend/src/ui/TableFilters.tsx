import {
  Badge,
  Button,
  EmptyState,
  EmptyStateBody,
  EmptyStateFooter,
  MenuToggle,
  SearchInput,
  Select,
  SelectList,
  SelectOption,
  ToolbarFilter,
  ToolbarGroup,
  ToolbarItem,
} from "@patternfly/react-core";
import { FilterIcon, SearchIcon } from "@patternfly/react-icons";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { TableState } from "./tableState";

export interface Filter {
  name: string;
  title: string;
  options: readonly { value: string; label: string }[];
  /** The server takes one value of it: another takes the place of the first. */
  single?: boolean;
}

const TYPING_PAUSE_MS = 250;

export function TableFilters({
  table,
  filters,
  searchable,
  label,
}: {
  table: TableState;
  filters: readonly Filter[];
  searchable: boolean;
  label: string;
}) {
  return (
    <>
      {searchable && (
        <ToolbarItem>
          <SearchField key={label} table={table} label={label} />
        </ToolbarItem>
      )}
      {filters.length > 0 && (
        <ToolbarGroup variant="filter-group">
          {filters.map((filter) => (
            <FilterField key={filter.name} filter={filter} table={table} />
          ))}
        </ToolbarGroup>
      )}
    </>
  );
}

function SearchField({ table, label }: { table: TableState; label: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState(table.search);
  const [searched, setSearched] = useState(table.search);
  if (table.search !== searched) {
    // The address changed by other means: back, a link, "clear filters".
    setSearched(table.search);
    setText(table.search);
  }
  const { setSearch } = table;
  useEffect(() => {
    if (text === searched) return;
    const timer = setTimeout(() => {
      setSearched(text);
      setSearch(text);
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, searched, setSearch]);
  return (
    <SearchInput
      aria-label={t("table.search", { label })}
      placeholder={t("search")}
      value={text}
      onChange={(_event, value) => setText(value)}
      onClear={() => setText("")}
    />
  );
}

function FilterField({ filter, table }: { filter: Filter; table: TableState }) {
  const [open, setOpen] = useState(false);
  const chosen = table.filters[filter.name] ?? [];
  const labelOf = (value: string) => filter.options.find((option) => option.value === value)?.label ?? value;
  const toggle = (value: string) =>
    table.setFilter(filter.name, chosen.includes(value) ? chosen.filter((each) => each !== value) : filter.single ? [value] : [...chosen, value]);
  return (
    <ToolbarFilter
      categoryName={filter.title}
      labels={chosen.map((value) => ({ key: value, node: labelOf(value) }))}
      deleteLabel={(_category, label) => toggle(typeof label === "string" ? label : label.key)}
      deleteLabelGroup={() => table.setFilter(filter.name, [])}
    >
      <Select
        role="menu"
        isOpen={open}
        onOpenChange={setOpen}
        selected={[...chosen]}
        onSelect={(_event, value) => toggle(String(value))}
        isScrollable
        toggle={(ref) => (
          <MenuToggle
            ref={ref}
            icon={<FilterIcon />}
            isExpanded={open}
            onClick={() => setOpen(!open)}
            badge={chosen.length > 0 ? <Badge isRead>{chosen.length}</Badge> : undefined}
          >
            {filter.title}
          </MenuToggle>
        )}
      >
        <SelectList>
          {filter.options.map((option) => (
            <SelectOption key={option.value} value={option.value} hasCheckbox={!filter.single} isSelected={chosen.includes(option.value)}>
              {option.label}
            </SelectOption>
          ))}
        </SelectList>
      </Select>
    </ToolbarFilter>
  );
}

/** Filters leave nothing, or the page is beyond the end. */
export function NothingFound({ table }: { table: TableState }) {
  const { t } = useTranslation();
  return (
    <EmptyState variant="sm" titleText={t("table.nothing")} icon={SearchIcon} headingLevel="h2">
      <EmptyStateBody>{t("table.nothingBody")}</EmptyStateBody>
      <EmptyStateFooter>
        <Button variant="link" onClick={table.clear}>
          {t("table.clear")}
        </Button>
      </EmptyStateFooter>
    </EmptyState>
  );
}
