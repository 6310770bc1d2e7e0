import type { RouteObject } from "react-router";

import { AccountPage } from "../access/account/AccountPage";
import { TokensPage } from "../access/TokensPage";
import { adminRoutes } from "../admin/Administration";
import { BackupsPage } from "../backups/BackupsPage";
import { DeletedPage } from "../domains/deleted/DeletedPage";
import { ImportPage } from "../domains/exchange/ImportPage";
import { TemplatesPage } from "../domains/templates/TemplatesPage";
import { HostsPage } from "../hosts/HostsPage";
import { NetworksPage } from "../networks/NetworksPage";
import { StoragePage } from "../storage/StoragePage";
import { ClusterRoute, ConsoleRoute, CreateRoute, DomainRoute, DomainsRoute, EventsRoute, HostRoute, JobsRoute, NetworkRoute } from "./composed";
import { Crash } from "./Crash";
import { Frame } from "./Frame";
import { NotFoundPage } from "./NotFoundPage";
import { OverviewPage } from "./OverviewPage";

export const routes: RouteObject[] = [
  { path: "/domains/:id/console", element: <ConsoleRoute />, errorElement: <Crash /> },
  {
    element: <Frame />,
    errorElement: <Crash />,
    children: [
      { index: true, element: <OverviewPage /> },
      { path: "domains", element: <DomainsRoute /> },
      { path: "domains/new", element: <CreateRoute /> },
      { path: "domains/import", element: <ImportPage /> },
      { path: "domains/:id", element: <DomainRoute /> },
      { path: "templates", element: <TemplatesPage /> },
      { path: "templates/:id", element: <TemplatesPage /> },
      { path: "deleted", element: <DeletedPage /> },
      { path: "hosts", element: <HostsPage /> },
      { path: "hosts/:id", element: <HostRoute /> },
      { path: "clusters/:id", element: <ClusterRoute /> },
      { path: "storage", element: <StoragePage /> },
      { path: "networks", element: <NetworksPage /> },
      { path: "networks/:id", element: <NetworkRoute /> },
      { path: "backups", element: <BackupsPage /> },
      { path: "jobs", element: <JobsRoute /> },
      { path: "events", element: <EventsRoute /> },
      { path: "account", element: <AccountPage /> },
      { path: "tokens", element: <TokensPage /> },
      adminRoutes,
      { path: "*", element: <NotFoundPage /> },
    ],
  },
];
