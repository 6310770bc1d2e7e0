import { fireEvent, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { createPortal } from "react-dom";
import { expect, it } from "vitest";

import { usePointerOver } from "./pointerOver";

/** jsdom's own event of this kind does not know what pointed. */
function pointAt(element: Element, pointerType: string) {
  const event = new MouseEvent("pointerover", { bubbles: true });
  Object.defineProperty(event, "pointerType", { value: pointerType });
  fireEvent(element, event);
}

function Table({ menu }: { menu: boolean }) {
  const body = useRef<HTMLDivElement>(null);
  const over = usePointerOver(body);
  return (
    <>
      <div ref={body} data-testid="body">
        <span>row</span>
        {menu && createPortal(<button type="button">Delete</button>, document.body)}
      </div>
      <p>{over ? "held" : "free"}</p>
    </>
  );
}

it("is true while the mouse is over a row", () => {
  render(<Table menu={false} />);
  pointAt(screen.getByText("row"), "mouse");
  expect(screen.getByText("held")).toBeInTheDocument();
  pointAt(document.body, "mouse");
  expect(screen.getByText("free")).toBeInTheDocument();
  pointAt(screen.getByText("row"), "touch");
  expect(screen.getByText("free")).toBeInTheDocument();
});

it("is not held by a menu of its row that stands elsewhere and then goes away", () => {
  const { rerender } = render(<Table menu />);
  pointAt(screen.getByText("row"), "mouse");
  pointAt(screen.getByRole("button"), "mouse");
  rerender(<Table menu={false} />);
  expect(screen.getByText("free")).toBeInTheDocument();
});
