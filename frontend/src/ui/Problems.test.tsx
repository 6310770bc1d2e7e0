import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { Problem } from "../api/problem";
import { ProblemAlert, ProblemPage } from "./Problems";

describe("a problem on a page", () => {
  it.each([
    [0, "The server does not answer"],
    [503, "The server does not answer"],
    [403, "You may not see this"],
    [404, "It is not here"],
    [500, "This could not be read"],
  ])("of status %i says %s", (status, title) => {
    render(<ProblemPage error={new Problem(status, { title: "x", detail: "y" })} />);
    expect(screen.getByRole("heading", { name: new RegExp(title) })).toBeVisible();
  });

  it("offers to try again where that can help, with the details folded", async () => {
    const retry = vi.fn();
    const { rerender } = render(<ProblemPage error={new Problem(500, { detail: "Disk full.", code: "internal" })} retry={retry} />);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(retry).toHaveBeenCalledOnce();
    expect(screen.getByText(/Disk full/)).not.toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Details" }));
    expect(screen.getByText(/Disk full/)).toBeVisible();
    rerender(<ProblemPage error={new Problem(403, {})} retry={retry} />);
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });

  it("above a form names the fields that have no place of their own", () => {
    const error = new Problem(400, { detail: "Not valid.", errors: { name: ["Taken."], cluster: ["Unknown."] } });
    render(<ProblemAlert error={error} shownFields={["name"]} />);
    expect(screen.getByText("cluster: Unknown.")).toBeVisible();
    expect(screen.queryByText(/Taken/)).toBeNull();
  });
});

describe("a refusal that is about what one may do or use", () => {
  it("names what of a quota is used and what to do", () => {
    render(<ProblemAlert error={new Problem(409, { detail: "Too much.", code: "quota_exceeded", quota: "q", resource: "memory_bytes", limit: 2 ** 31, use: 2 ** 30, asked: 2 ** 32 })} />);
    expect(screen.getByText("Memory: 1 GiB of 2 GiB are used, 4 GiB more were asked for.")).toBeVisible();
    expect(screen.getByText(/ask who manages quotas/)).toBeVisible();
  });

  it("tells no figures of a quota that it was not told", () => {
    render(<ProblemAlert error={new Problem(409, { detail: "Too much.", code: "quota_exceeded", resource: "domains", asked: 1 })} />);
    expect(screen.queryByText(/are used/)).toBeNull();
    expect(screen.getByText(/ask who manages quotas/)).toBeVisible();
  });

  it("says in words what one lacks oneself", () => {
    render(<ProblemAlert error={new Problem(403, { detail: "Beyond.", code: "beyond_own_permissions", permissions: ["domain.start", "unheard.of"] })} />);
    expect(screen.getByText("Start virtual machines")).toBeVisible();
    expect(screen.getByText("unheard.of")).toBeVisible();
  });
});
