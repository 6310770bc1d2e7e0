import {
  Button,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MastheadToggle,
  Nav,
  NavExpandable,
  NavItem,
  NavList,
  NotificationBadge,
  NotificationBadgeVariant,
  Page,
  PageSidebar,
  PageSidebarBody,
  PageToggleButton,
  SkipToContent,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from "@patternfly/react-core";
import { BarsIcon, SearchIcon, TaskIcon } from "@patternfly/react-icons";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, Outlet, useLocation } from "react-router";

import { adminPlaces } from "../admin/places";
import { Forbidden } from "../access/Forbidden";
import { useMaySomewhere, useMe } from "../access/queries";
import type { Permission } from "../api/types";
import logo from "../ui/logo.svg";
import { AccountMenu } from "../access/AccountMenu";
import { JobsDrawer } from "../jobs/JobsDrawer";
import { useOpenJobs } from "../jobs/queries";
import { LanguageMenu, ThemeMenu } from "../ui/Preferences";
import { Connection } from "./Connection";
import { SearchDialog } from "./SearchDialog";

const MAIN = "main";
// Each with what one must be allowed to do, on some object at least, to find anything there.
const PLACES: readonly { to: string; title: string; needs: readonly Permission[] }[] = [
  { to: "/", title: "overview.title", needs: [] },
  { to: "/domains", title: "domain.many", needs: ["domain.read", "domain.create"] },
  { to: "/templates", title: "template.many", needs: ["template.read"] },
  { to: "/hosts", title: "host.many", needs: ["host.read", "host.enrol", "cluster.read"] },
  { to: "/storage", title: "pool.many", needs: ["pool.read", "pool.create"] },
  { to: "/networks", title: "network.many", needs: ["network.read", "network.create"] },
  { to: "/backups", title: "backup.title", needs: ["domain.backup", "pool.read"] },
  { to: "/jobs", title: "job.title", needs: ["job.read"] },
  { to: "/events", title: "event.many", needs: ["event.read"] },
  { to: "/deleted", title: "deleted.title", needs: ["domain.undefine"] },
];

// Pages that are found below another one's name.
const INSIDE: Readonly<Record<string, readonly string[]>> = { "/hosts": ["/clusters"] };

/** What is around every page: where one can go, what is running, who one is. */
export function Frame() {
  const { t } = useTranslation();
  const [drawer, setDrawer] = useState(false);
  const [searching, setSearching] = useState(false);
  useSearchKey(() => setSearching(true));

  return (
    <>
      <Page
        masthead={<Top drawer={drawer} onDrawer={() => setDrawer(!drawer)} onSearch={() => setSearching(true)} />}
        sidebar={
          <PageSidebar>
            <PageSidebarBody>
              <Nav aria-label={t("navigation")}>
                <NavList>
                  {PLACES.map((place) => (
                    <Place key={place.to} {...place} />
                  ))}
                  <AdministrationPlaces />
                </NavList>
              </Nav>
            </PageSidebarBody>
          </PageSidebar>
        }
        isManagedSidebar
        isNotificationDrawerExpanded={drawer}
        notificationDrawer={drawer ? <JobsDrawer onClose={() => setDrawer(false)} /> : undefined}
        skipToContent={<SkipToContent href={`#${MAIN}`}>{t("skip")}</SkipToContent>}
        mainContainerId={MAIN}
        isContentFilled
      >
        <Here />
      </Page>
      {searching && <SearchDialog onClose={() => setSearching(false)} />}
    </>
  );
}

// Pages below another one's that need more than it does.
const NEEDS_MORE: readonly { to: string; title: string; needs: readonly Permission[] }[] = [
  { to: "/domains/new", title: "creation.title", needs: ["domain.create"] },
  { to: "/domains/import", title: "exchange.import.title", needs: ["domain.create"] },
];

/** The page; nothing of it, and nothing asked of the server, for who could see nothing there. */
function Here() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const place = [...NEEDS_MORE, ...PLACES].find(({ to, needs }) => needs.length > 0 && pathname.startsWith(to));
  const may = useMaySomewhere(...(place?.needs ?? []));
  return place && !may ? <Forbidden title={t(place.title)} /> : <Outlet />;
}

/** Absent for who could see nothing there. */
function Place({ to, title, needs }: (typeof PLACES)[number]) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const may = useMaySomewhere(...needs);
  if (needs.length > 0 && !may) return null;
  return (
    <NavItem isActive={to === "/" ? pathname === "/" : [to, ...(INSIDE[to] ?? [])].some((each) => pathname.startsWith(each))}>
      <NavLink to={to} end={to === "/"}>
        {t(title)}
      </NavLink>
    </NavItem>
  );
}

function AdministrationPlaces() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const places = adminPlaces(useMe().data?.permissions.everywhere);
  const inside = pathname.startsWith("/admin");
  if (places.length === 0) return null;
  return (
    <NavExpandable title={t("admin.title")} isActive={inside} isExpanded={inside}>
      {places.map(({ to, title }) => (
        <NavItem key={to} isActive={pathname.startsWith(to)}>
          <NavLink to={to}>{t(title)}</NavLink>
        </NavItem>
      ))}
    </NavExpandable>
  );
}

function Top({ drawer, onDrawer, onSearch }: { drawer: boolean; onDrawer: () => void; onSearch: () => void }) {
  const { t } = useTranslation();
  const mayJobs = useMaySomewhere("job.read");
  const running = useOpenJobs().data?.results.filter((job) => job.parent === null).length ?? 0;
  return (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton aria-label={t("navigation")}>
            <BarsIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo component={(props) => <Link {...props} to="/" />}>
            <span className="ol-brand">
              <img src={logo} alt="" width={28} height={28} /> ovirtlite
            </span>
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isStatic className="ol-top">
          <ToolbarContent>
            <ToolbarGroup align={{ default: "alignEnd" }} variant="action-group-plain" gap={{ default: "gapNone" }}>
              <ToolbarItem>
                <Connection />
              </ToolbarItem>
              <ToolbarItem>
                <Button variant="plain" icon={<SearchIcon />} aria-label={t("searchAll.title")} aria-keyshortcuts="/" onClick={onSearch} />
              </ToolbarItem>
              {mayJobs && (
                <ToolbarItem>
                  <NotificationBadge
                    variant={running > 0 ? NotificationBadgeVariant.unread : NotificationBadgeVariant.read}
                    count={running}
                    icon={<TaskIcon />}
                    aria-label={t("job.running", { count: running })}
                    isExpanded={drawer}
                    onClick={onDrawer}
                  />
                </ToolbarItem>
              )}
              <ToolbarItem visibility={{ default: "hidden", md: "visible" }}>
                <ThemeMenu />
              </ToolbarItem>
              <ToolbarItem visibility={{ default: "hidden", md: "visible" }}>
                <LanguageMenu />
              </ToolbarItem>
              <ToolbarItem>
                <AccountMenu />
              </ToolbarItem>
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
}

/** "/" and Ctrl-K open the search, except where they are typed into something. */
function useSearchKey(open: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const typing = target.closest("input, textarea, select, [contenteditable], .ol-console, [role=dialog]") !== null;
      const ctrlK = event.key === "k" && (event.ctrlKey || event.metaKey);
      if (typing || !(ctrlK || (event.key === "/" && !event.ctrlKey && !event.altKey && !event.metaKey))) return;
      event.preventDefault();
      open();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });
}
