import type { UseQueryResult } from "@tanstack/react-query";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";

import { page } from "../../tests/examples";
import { renderPage } from "../../tests/render";
import type { Page } from "../api/types";
import { drawn, isShown, readChoice } from "./columns";
import { DataTable } from "./DataTable";
import { useTableState } from "./tableState";

const COLUMNS = [{ key: "name" }, { key: "memory", from: "lg" as const }, { key: "cluster", extra: true }];
const shown = (choice: Record<string, boolean>, ...widths: ("lg" | "xl")[]) => COLUMNS.filter((each) => isShown(each, choice, new Set(widths))).map(({ key }) => key);

describe("a table's columns", () => {
  it("are as the table has them until somebody asks for others", () => {
    expect(shown({}, "lg")).toEqual(["name", "memory"]);
    expect(shown({})).toEqual(["name"]);
    expect(shown({ memory: true, cluster: true })).toEqual(["name", "memory", "cluster"]);
    expect(shown({ memory: false }, "lg")).toEqual(["name"]);
  });

  it("are drawn at every width where somebody asked for them, else where they fit", () => {
    expect(drawn(COLUMNS, {})).toEqual([{ key: "name" }, { key: "memory", from: "lg" }]);
    expect(drawn(COLUMNS, { memory: true })).toEqual([{ key: "name" }, { key: "memory", from: undefined }]);
  });

  it.each([[null], ["nonsense"], ["[]"], ["null"], ['{"memory": 1}']])("take what was kept for nothing where it is: %s", (text) => {
    expect(readChoice(text)).toEqual({});
  });
});

function Table() {
  const table = useTableState();
  const columns = [
    { key: "name", title: "Name", cell: ({ name }: { name: string }) => name },
    { key: "size", title: "Size", cell: () => "big" },
    { key: "place", title: "Place", extra: true, cell: () => "attic" },
  ];
  const query = { data: page([{ id: "1", name: "box" }]), isSuccess: true } as UseQueryResult<Page<{ id: string; name: string }>>;
  return <DataTable label="Boxes" name="boxes" columns={columns} table={table} query={query} empty={null} />;
}

describe("the column chooser", () => {
  afterEach(() => localStorage.clear());
  const heads = () => screen.getAllByRole("columnheader").map((each) => each.textContent);

  it("is used by keyboard, remembered by the browser, and taken back", async () => {
    const user = userEvent.setup();
    const { unmount } = renderPage(<Table />);
    expect(heads()).toEqual(["Name", "Size"]);
    screen.getByRole("button", { name: "Columns of Boxes" }).focus();
    await user.keyboard("{Enter}");
    const menu = await screen.findByRole("menu");
    expect(within(menu).queryByRole("menuitem", { name: "Name" })).toBeNull(); // what names the rows stays
    await user.click(within(menu).getByRole("checkbox", { name: "Place" }));
    await user.click(within(menu).getByRole("checkbox", { name: "Size" }));
    expect(heads()).toEqual(["Name", "Place"]);
    unmount();

    renderPage(<Table />);
    expect(heads()).toEqual(["Name", "Place"]);
    await user.click(screen.getByRole("button", { name: "Columns of Boxes" }));
    await user.click(await screen.findByRole("menuitem", { name: "As usual" }));
    expect(heads()).toEqual(["Name", "Size"]);
    expect(localStorage.getItem("ovirtlite.columns.boxes")).toBeNull();
  });
});
