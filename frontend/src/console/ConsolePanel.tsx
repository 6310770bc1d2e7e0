import { Alert, AlertActionLink, Bullseye, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Spinner } from "@patternfly/react-core";
import { PowerOffIcon } from "@patternfly/react-icons";
import { lazy, Suspense, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import type { ConsoleType, DomainDetail, DomainState } from "../api/types";
import { ConsoleBar } from "./ConsoleBar";
import type { LinkState } from "./ConsoleLink";
import type { ConsoleControl } from "./control";
import "./console.css";

const VncScreen = lazy(() => import("./VncScreen"));
const SerialTerminal = lazy(() => import("./SerialTerminal"));

const OFF: readonly DomainState[] = ["shutoff", "crashed"];

interface ConsolePanelProps {
  domain: DomainDetail;
  /** A large Start, shown while the domain is off. */
  start: ReactNode;
  /** In a window of its own: state and actions go into the bar. */
  status?: ReactNode;
  actions?: ReactNode;
  popOut?: boolean;
}

/** The console: a thin bar over the screen or the serial line, or a way to start what is off. */
export function ConsolePanel({ domain, start, status, actions, popOut = false }: ConsolePanelProps) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const frame = useRef<HTMLDivElement>(null);
  const control = useRef<ConsoleControl | null>(null);
  const [link, setLink] = useState<LinkState>({ phase: "connecting", again: false });
  const [scale, setScale] = useState(true);
  const [viewOnly, setViewOnly] = useState(false);
  const [round, setRound] = useState(0); // a new one opens the console anew
  const type = domain.consoles.find((each) => each === params.get("type")) ?? domain.consoles[0];

  if (type === undefined) return <EmptyState titleText={t("console.none")} headingLevel="h2" />;
  if (OFF.includes(domain.state)) {
    return (
      <Bullseye className="ol-console-off">
        <EmptyState titleText={t("console.off", { name: domain.name })} icon={PowerOffIcon} headingLevel="h2">
          <EmptyStateBody>{t("console.offBody")}</EmptyStateBody>
          <EmptyStateFooter>
            <EmptyStateActions>{start}</EmptyStateActions>
          </EmptyStateFooter>
        </EmptyState>
      </Bullseye>
    );
  }
  const choose = (chosen: ConsoleType) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        after.set("type", chosen);
        return after;
      },
      { replace: true },
    );
  const shared = { domain, viewOnly, control, onState: setLink };

  return (
    <div ref={frame} className={popOut ? "ol-console ol-console-window" : "ol-console"}>
      <ConsoleBar
        types={domain.consoles}
        type={type}
        onType={choose}
        status={
          <>
            {status} <LinkStatus link={link} domain={domain} />
          </>
        }
        actions={actions}
        control={() => control.current}
        connected={link.phase === "connected"}
        scale={scale}
        onScale={setScale}
        viewOnly={viewOnly}
        lookOnly={link.phase === "connected" && link.viewOnly}
        onViewOnly={setViewOnly}
        onFullScreen={() => {
          if (document.fullscreenElement) void document.exitFullscreen();
          else void frame.current?.requestFullscreen().then(() => control.current?.focus());
        }}
        onPopOut={
          popOut ? undefined : () => window.open(`/domains/${domain.id}/console?type=${type}`, `console-${domain.id}`, "popup,width=1060,height=860")
        }
      />
      <div className="ol-console-body">
        <Suspense
          fallback={
            <Bullseye>
              <Spinner aria-label={t("loading")} />
            </Bullseye>
          }
        >
          {type === "vnc" ? <VncScreen key={`vnc-${round}`} {...shared} scale={scale} /> : <SerialTerminal key={`serial-${round}`} {...shared} />}
        </Suspense>
        {link.phase === "refused" && (
          <div className="ol-screen-overlay">
            <Alert
              isInline
              variant="danger"
              title={t("console.refused")}
              actionLinks={<AlertActionLink onClick={() => setRound(round + 1)}>{t("tryAgain")}</AlertActionLink>}
            >
              {link.problem.message}
            </Alert>
          </div>
        )}
      </div>
    </div>
  );
}

/** How the connection is, in words that change with it. */
function LinkStatus({ link, domain }: { link: LinkState; domain: DomainDetail }) {
  const { t } = useTranslation();
  const moving = domain.job?.kind === "domain.migrate";
  const text = {
    connecting: () => t(link.phase === "connecting" && link.again ? "console.reconnecting" : "console.connecting", { host: domain.host.name }),
    connected: () => t(link.phase === "connected" && link.viewOnly ? "console.looking" : "console.connected", { host: domain.host.name }),
    waiting: () => t(moving ? "console.moving" : "console.waiting"),
    refused: () => t("console.refused"),
  }[link.phase]();
  return (
    <span role="status" className="ol-quiet" data-phase={link.phase}>
      {text}
      {link.phase === "waiting" && link.problem && `: ${link.problem.message}`}
    </span>
  );
}
