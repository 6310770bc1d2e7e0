import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { host, job, page } from "../../tests/examples";
import { renderPage } from "../../tests/render";
import { API, server, serveAPI } from "../../tests/server";
import { unwatchJob } from "../jobs/watched";
import { NetworksPage } from "./NetworksPage";

serveAPI();
afterEach(() => unwatchJob("job-network")); // the list outlives a test

const NETWORK = {
  id: "net-1",
  name: "default",
  host: { id: "host-2", name: "node2" },
  active: true,
  autostart: true,
  bridge: "virbr0",
  forward: "nat",
  addresses: ["192.168.122.1/24"],
  spec: { forward: "nat", bridge: "virbr0", devices: [], ips: [{ address: "192.168.122.1/24", dhcp: { ranges: [], hosts: [] } }] },
  pending: [{ path: "domain", live: null, inactive: "lab" }],
  interfaces: 2,
  cluster_network: null,
  job: null,
  actions: ["edit", "stop", "delete"],
};
const OPTIONS = {
  known: true,
  forwards: ["nat"],
  bridges: [
    { name: "br0", active: true, ports: ["eth0"], addresses: [], lan: true, network: null },
    { name: "virbr0", active: true, ports: [], addresses: [], lan: false, network: "default" },
  ],
  devices: [],
  lan: { possible: true, bridges: ["br0"], explanation: "Guests are on the LAN.", commands: [] },
  suggested: { bridge: "virbr1", address: "192.168.123.1/24", start: "192.168.123.100", end: "192.168.123.199", ipv6_address: "" },
  filters: [],
  notes: [],
};
let sent: unknown[] = [];

function serve(networks: readonly unknown[]) {
  sent = [];
  server.use(
    http.get(`${API}/me/`, () => HttpResponse.json({ id: "u", permissions: { everywhere: ["network.create"] } })),
    http.get(`${API}/networks/`, () => HttpResponse.json(page([...networks]))),
    http.get(`${API}/networks/options/`, () => HttpResponse.json(OPTIONS)),
    http.get(`${API}/hosts/`, () => HttpResponse.json(page([host()]))),
    http.get(`${API}/jobs/`, () => HttpResponse.json(page([]))),
    http.post(`${API}/networks/`, async ({ request }) => {
      const wish = (await request.json()) as { ips?: { address: string }[] };
      if (new URL(request.url).searchParams.get("plan") !== "1") {
        sent.push(wish);
        return HttpResponse.json(job({ id: "job-network", kind: "network.create" }), { status: 202 });
      }
      const overlaps = wish.ips?.[0]?.address.startsWith("192.168.122.");
      const checks = overlaps ? [{ code: "ips.0.address", ok: false, detail: "ips.0.address: It overlaps default." }] : [{ code: "host", ok: true, detail: "Nothing is in the way." }];
      return HttpResponse.json({ allowed: !overlaps, checks, changes: [] });
    }),
  );
}

describe("the networks", () => {
  beforeEach(() => serve([NETWORK]));

  it("say what they are, and what waits", async () => {
    renderPage(<NetworksPage />);
    const row = (await screen.findByRole("link", { name: "default" })).closest("tr") as HTMLElement;
    expect(row).toHaveTextContent("NAT");
    expect(row).toHaveTextContent("waits for a restart");
    expect(within(row).getByRole("link", { name: "2" })).toHaveAttribute("href", "/networks/net-1");
  });

  it("are made with what the host suggests, and complaints stand at their fields", async () => {
    renderPage(<NetworksPage />, "/?create");
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(within(dialog).getByRole("textbox", { name: /^Name/ }), "lab");
    const subnet = within(dialog).getByLabelText("Address and subnet");
    await waitFor(() => expect(subnet).toHaveValue("192.168.123.1/24"));
    await userEvent.clear(subnet);
    await userEvent.type(subnet, "192.168.122.7/24");
    await waitFor(() => expect(subnet).toHaveAccessibleDescription(/It overlaps default/));
    expect(within(dialog).getByRole("button", { name: "Create" })).toBeDisabled();
    await userEvent.clear(subnet);
    await userEvent.type(subnet, "10.5.0.1/24");
    await within(dialog).findByText("Nothing is in the way.");
    await userEvent.click(within(dialog).getByRole("button", { name: "Create" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull()); // the job is watched by then
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ name: "lab", host: "host-2", forward: "nat", ips: [{ address: "10.5.0.1/24", dhcp: { ranges: [{ start: "10.5.0.100", end: "10.5.0.199" }] } }] });
  });

  it("on the LAN take one of the machine's own bridges", async () => {
    renderPage(<NetworksPage />, "/?create");
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByLabelText("Bridge to the LAN"));
    const bridges = await within(dialog).findByLabelText(/^Bridge of node2/);
    await waitFor(() => expect(within(bridges).getByRole("option", { name: /br0 · on the LAN by eth0/ })).toBeInTheDocument());
    expect(within(bridges).queryByRole("option", { name: /virbr0/ })).toBeNull();
  });
});

describe("without any network", () => {
  it("says what one is good for, and offers the first step", async () => {
    serve([]);
    renderPage(<NetworksPage />);
    expect(await screen.findByText("No networks")).toBeVisible();
    expect(await screen.findAllByRole("button", { name: "Create network" })).toHaveLength(2);
  });
});
