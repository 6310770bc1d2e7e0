import { useMemo } from "react";
import { useSearchParams } from "react-router";

import type { Query } from "../api/client";

export const PAGE_SIZES = [20, 50, 100] as const;
const DEFAULT_SIZE = 20;

/** What a table shows: all of it is in the address, so that a view can be sent to somebody. */
export interface TableView {
  search: string;
  /** A column, with a leading "-" when downwards; empty: the server's own order. */
  ordering: string;
  page: number;
  size: number;
  filters: Readonly<Record<string, readonly string[]>>;
}

export interface TableState extends TableView {
  /** The same as the query of the REST API. */
  query: Query;
  narrowed: boolean;
  setSearch(search: string): void;
  setOrdering(ordering: string): void;
  setPage(page: number): void;
  setSize(size: number): void;
  setFilter(name: string, values: readonly string[]): void;
  clear(): void;
}

export function readView(params: URLSearchParams, filterNames: readonly string[], ordering = ""): TableView {
  const page = Number(params.get("page"));
  const size = Number(params.get("size"));
  return {
    search: params.get("q") ?? "",
    ordering: params.get("sort") ?? ordering,
    page: Number.isInteger(page) && page > 0 ? page : 1,
    size: PAGE_SIZES.some((each) => each === size) ? size : DEFAULT_SIZE,
    filters: Object.fromEntries(filterNames.map((name) => [name, params.getAll(name)])),
  };
}

export function apiQuery({ search, ordering, page, size, filters }: TableView): Query {
  return { ...filters, search, ordering, limit: size, offset: (page - 1) * size };
}

/** A table's state, kept in the address. Typing replaces the history entry, everything else adds one. */
export function useTableState(filterNames: readonly string[] = [], defaultOrdering = ""): TableState {
  const [params, setParams] = useSearchParams();
  const names = filterNames.join(" ");

  return useMemo(() => {
    const view = readView(params, names ? names.split(" ") : [], defaultOrdering);
    const change = (name: string, values: readonly string[], replace = false) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          after.delete(name);
          values.filter((value) => value !== "").forEach((value) => after.append(name, value));
          if (name !== "page") after.delete("page");
          return after;
        },
        { replace, preventScrollReset: true },
      );
    return {
      ...view,
      query: apiQuery(view),
      narrowed: view.search !== "" || Object.values(view.filters).some((values) => values.length > 0),
      setSearch: (search) => change("q", [search], true),
      setOrdering: (ordering) => change("sort", [ordering]),
      setPage: (page) => change("page", page > 1 ? [String(page)] : []),
      setSize: (size) => change("size", size === DEFAULT_SIZE ? [] : [String(size)]),
      setFilter: (name, values) => change(name, values),
      clear: () =>
        setParams((before) => {
          const after = new URLSearchParams(before);
          ["q", "page", ...Object.keys(view.filters)].forEach((name) => after.delete(name));
          return after;
        }),
    };
  }, [params, setParams, names, defaultOrdering]);
}
