import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { renderPage } from "../../tests/render";
import { apiQuery, readView, useTableState } from "./tableState";

describe("a table's address", () => {
  it("says what to ask the server for", () => {
    const params = new URLSearchParams("q=web&state=running&state=paused&sort=-name&page=3&size=50");
    expect(apiQuery(readView(params, ["state"]))).toEqual({
      search: "web",
      state: ["running", "paused"],
      ordering: "-name",
      limit: 50,
      offset: 100,
    });
  });

  it.each(["page=0", "page=-1", "page=x", "page=1.5", "size=7", "size=99999"])("takes nonsense for nothing: %s", (text) => {
    expect(apiQuery(readView(new URLSearchParams(text), []))).toMatchObject({ limit: 20, offset: 0 });
  });
});

function Table() {
  const table = useTableState(["state"], "name");
  return (
    <>
      <button onClick={() => table.setFilter("state", ["running", "paused"])}>filter</button>
      <button onClick={() => table.setOrdering("-state")}>order</button>
      <button onClick={() => table.setPage(2)}>next</button>
      <button onClick={table.clear}>clear</button>
      <p>{JSON.stringify(table.query)}</p>
    </>
  );
}

describe("the state of a table", () => {
  it("is the address, and a new filter begins at the first page", async () => {
    renderPage(<Table />, "/domains?page=4&tab=domains");
    const user = userEvent.setup();
    const address = () => screen.getByTestId("address").textContent;
    await user.click(screen.getByText("filter"));
    expect(address()).toBe("/domains?tab=domains&state=running&state=paused");
    await user.click(screen.getByText("next"));
    await user.click(screen.getByText("order"));
    expect(address()).toBe("/domains?tab=domains&state=running&state=paused&sort=-state");
    await user.click(screen.getByText("clear"));
    expect(address()).toBe("/domains?tab=domains&sort=-state");
  });
});
