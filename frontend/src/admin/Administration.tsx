import { PageSection } from "@patternfly/react-core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation, type RouteObject } from "react-router";

import { Forbidden } from "../access/Forbidden";
import { useMe } from "../access/queries";
import { FactsSkeleton } from "../ui/Facts";
import { ADMIN_PLACES, adminPlaces } from "./places";

const AuditPage = lazy(() => import("./audit/AuditPage"));
const GrantsPage = lazy(() => import("./grants/GrantsPage"));
const GroupPage = lazy(() => import("./groups/GroupPage"));
const GroupsPage = lazy(() => import("./groups/GroupsPage"));
const QuotasPage = lazy(() => import("./quotas/QuotasPage"));
const RolePage = lazy(() => import("./roles/RolePage"));
const RolesPage = lazy(() => import("./roles/RolesPage"));
const TokensPage = lazy(() => import("./tokens/TokensPage"));
const UserPage = lazy(() => import("./users/UserPage"));
const UsersPage = lazy(() => import("./users/UsersPage"));

/** Its pages are loaded when somebody opens one: most people never do. */
function Administration() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const everywhere = useMe().data?.permissions.everywhere;
  const place = ADMIN_PLACES.find(({ to }) => pathname.startsWith(to));
  if (place && !everywhere?.includes(place.needs)) return <Forbidden title={t(place.title)} />;
  return (
    <Suspense
      fallback={
        <PageSection isFilled>
          <FactsSkeleton />
        </PageSection>
      }
    >
      <Outlet />
    </Suspense>
  );
}

function First() {
  const first = adminPlaces(useMe().data?.permissions.everywhere)[0];
  return <Navigate to={first?.to ?? "/"} replace />;
}

export const adminRoutes: RouteObject = {
  path: "admin",
  element: <Administration />,
  children: [
    { index: true, element: <First /> },
    { path: "users", element: <UsersPage /> },
    { path: "users/:id", element: <UserPage /> },
    { path: "groups", element: <GroupsPage /> },
    { path: "groups/:id", element: <GroupPage /> },
    { path: "roles", element: <RolesPage /> },
    { path: "roles/:id", element: <RolePage /> },
    { path: "grants", element: <GrantsPage /> },
    { path: "quotas", element: <QuotasPage /> },
    { path: "tokens", element: <TokensPage /> },
    { path: "audit", element: <AuditPage /> },
  ],
};
