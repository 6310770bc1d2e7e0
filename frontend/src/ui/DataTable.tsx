import { Bullseye, Button, Label, Pagination, Skeleton, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { UseQueryResult } from "@tanstack/react-query";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Page } from "../api/types";
import { ColumnChooser } from "./ColumnChooser";
import { drawn, useChoice, type Shown } from "./columns";
import { usePointerOver } from "./pointerOver";
import { OutdatedAlert, ProblemPage } from "./Problems";
import { useSteadyOrder } from "./steadyOrder";
import { PAGE_SIZES, type TableState } from "./tableState";
import { NothingFound, TableFilters, type Filter } from "./TableFilters";

export interface Column<T> extends Shown {
  title: string;
  /** The name that the server sorts by. */
  sort?: string;
  cell: (row: T) => ReactNode;
  /** As wide as its content. */
  fit?: boolean;
  numeric?: boolean;
}

export interface Selection<T> {
  selected: ReadonlyMap<string, T>;
  change(rows: readonly T[], selected: boolean): void;
}

interface DataTableProps<T extends { id: string; name?: string }> {
  label: string;
  /** By what this browser remembers which columns somebody wants; without it one cannot choose. */
  name?: string;
  columns: readonly Column<T>[];
  table: TableState;
  query: UseQueryResult<Page<T>>;
  /** Shown when there is nothing at all, not when filters leave nothing. */
  empty: ReactNode;
  filters?: readonly Filter[];
  searchable?: boolean;
  bulk?: ReactNode;
  selection?: Selection<T>;
  rowActions?: (row: T) => ReactNode;
  /** A row that may no longer be true. */
  dimmed?: (row: T) => boolean;
}

const SKELETON_ROWS = 5;
const NAME_WIDTH = 20; // per cent

/** A list as every page shows one: search, filters, server-side order and pages, rows that hold still while they live. */
export function DataTable<T extends { id: string; name?: string }>(props: DataTableProps<T>) {
  const { label, table, query, empty, filters = [], searchable = true, selection, rowActions, dimmed } = props;
  const { t } = useTranslation();
  const [choice, setChoice] = useChoice(props.name ?? "");
  const columns = drawn(props.columns, choice);
  const body = useRef<HTMLTableSectionElement>(null);
  const pinned = usePointerOver(body);
  const view = JSON.stringify(table.query);
  const order = useSteadyOrder(query.isPlaceholderData ? undefined : query.data?.results, view, pinned);
  const rows = query.data === undefined ? [] : order.rows;

  if (query.isError && query.data === undefined) {
    return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  }
  const count = query.data?.count ?? 0;
  if (query.isSuccess && count === 0 && rows.length === 0 && !table.narrowed && table.page === 1) return <>{empty}</>;

  const selectable = rows.filter((row) => !order.gone.has(row.id));
  const allSelected = selectable.length > 0 && selectable.every((row) => selection?.selected.has(row.id));
  const sortOf = (column: Column<T>) =>
    column.sort === undefined
      ? undefined
      : {
          sortBy: {
            index: columns.findIndex((each) => each.sort !== undefined && each.sort === table.ordering.replace(/^-/, "")),
            direction: table.ordering.startsWith("-") ? ("desc" as const) : ("asc" as const),
          },
          columnIndex: columns.indexOf(column),
          onSort: (_event: unknown, _index: number, direction: "asc" | "desc") =>
            table.setOrdering((direction === "desc" ? "-" : "") + column.sort),
        };
  const visibility = (column: Column<T>) =>
    column.from ? (["hidden", `visibleOn${column.from === "2xl" ? "2Xl" : column.from === "xl" ? "Xl" : "Lg"}`] as const) : undefined;

  const pagination = (bottom: boolean) => (
    <Pagination
      itemCount={count}
      page={table.page}
      perPage={table.size}
      perPageOptions={PAGE_SIZES.map((size) => ({ title: String(size), value: size }))}
      onSetPage={(_event, page) => table.setPage(page)}
      onPerPageSelect={(_event, size) => table.setSize(size)}
      variant={bottom ? "bottom" : "top"}
      isCompact={!bottom}
      titles={{ paginationAriaLabel: t(bottom ? "table.pagesBelow" : "table.pages", { label }), ofWord: t("table.of"), items: "" }}
    />
  );

  return (
    <>
      <Toolbar clearAllFilters={table.narrowed ? table.clear : undefined} clearFiltersButtonText={t("table.clear")}>
        <ToolbarContent>
          <TableFilters table={table} filters={filters} searchable={searchable} label={label} />
          {props.bulk}
          {order.moved > 0 && (
            <ToolbarItem alignSelf="center">
              <Button variant="link" isInline onClick={order.reorder}>
                {t("table.moved", { count: order.moved })}
              </Button>
            </ToolbarItem>
          )}
          {count > 0 && (
            <ToolbarItem variant="pagination" align={{ default: "alignEnd" }} className="ol-state">
              {props.name && <ColumnChooser label={label} columns={props.columns.slice(1)} choice={choice} onChoice={setChoice} />}
              {pagination(false)}
            </ToolbarItem>
          )}
        </ToolbarContent>
      </Toolbar>
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      <Table variant="compact" aria-label={label} aria-busy={query.isPending || query.isPlaceholderData}>
        <Thead>
          <Tr>
            {selection && (
              <Th
                aria-label={t("table.selectPage")}
                select={{
                  isSelected: allSelected,
                  onSelect: (_event, selected) => selection.change(selectable, selected),
                }}
              />
            )}
            {columns.map((column) => (
              <Th
                key={column.key}
                width={column.key === "name" ? NAME_WIDTH : undefined}
                sort={sortOf(column)}
                visibility={visibility(column) as never}
                modifier={column.fit ? "fitContent" : "nowrap"}
              >
                {column.title}
              </Th>
            ))}
            {rowActions && <Th screenReaderText={t("table.actions")} />}
          </Tr>
        </Thead>
        <Tbody innerRef={body}>
          {query.isPending &&
            Array.from({ length: SKELETON_ROWS }, (_, row) => (
              <Tr key={row}>
                {selection && <Td />}
                {columns.map((column) => (
                  <Td key={column.key} visibility={visibility(column) as never}>
                    <Skeleton width={column.key === "name" ? "70%" : "45%"} screenreaderText={row === 0 ? t("loading") : ""} />
                  </Td>
                ))}
                {rowActions && <Td />}
              </Tr>
            ))}
          {rows.map((row, at) => {
            const gone = order.gone.has(row.id);
            return (
              <Tr key={row.id} className={gone ? "ol-gone" : dimmed?.(row) ? "ol-dimmed" : undefined} inert={gone}>
                {selection && (
                  <Td
                    select={{
                      rowIndex: at,
                      isSelected: selection.selected.has(row.id),
                      onSelect: (_event, selected) => selection.change([row], selected),
                    }}
                  />
                )}
                {columns.map((column) => (
                  <Td
                    key={column.key}
                    dataLabel={column.title}
                    visibility={visibility(column) as never}
                    modifier={column.fit ? "nowrap" : "breakWord"}
                    className={column.numeric ? "ol-numeric" : undefined}
                  >
                    {column.cell(row)}
                  </Td>
                ))}
                {rowActions && (
                  <Td isActionCell className="ol-row-actions">
                    {gone ? <Label isCompact>{t("table.gone")}</Label> : rowActions(row)}
                  </Td>
                )}
              </Tr>
            );
          })}
          {query.isSuccess && rows.length === 0 && (
            <Tr>
              <Td colSpan={columns.length + 2}>
                <Bullseye>
                  <NothingFound table={table} />
                </Bullseye>
              </Td>
            </Tr>
          )}
        </Tbody>
      </Table>
      {count > table.size && pagination(true)}
    </>
  );
}
