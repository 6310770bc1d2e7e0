import { Icon } from "@patternfly/react-core";
import { CloudIcon, DesktopIcon, EthernetIcon, NetworkIcon, NetworkWiredIcon } from "@patternfly/react-icons";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useHref, useLinkClickHandler } from "react-router";

import type { Scene, Spot, What, Wire } from "./scene";
import "./picture.css";

const WIDTH = 176;
const HEIGHT = 48;
const GAP = 12;
const BETWEEN = 56;
const LETTERS = 17;

const ICON: Readonly<Record<What, ComponentType>> = {
  outside: CloudIcon,
  card: EthernetIcon,
  bridge: NetworkWiredIcon,
  network: NetworkIcon,
  domain: DesktopIcon,
  more: DesktopIcon,
};

interface Place {
  x: number;
  y: number;
}

const short = (text: string): string => (text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text);

/** Who is on what, from the outside to each machine: as a picture where there is room, else as the list that it says. */
export function Picture({ scene, label }: { scene: Scene; label: string }) {
  const { t } = useTranslation();
  const tallest = Math.max(...scene.columns.map((column) => column.length));
  const height = tallest * (HEIGHT + GAP) - GAP;
  const width = scene.columns.length * (WIDTH + BETWEEN) - BETWEEN;
  const places = new Map<string, Place>();
  scene.columns.forEach((column, at) => {
    const top = (height - (column.length * (HEIGHT + GAP) - GAP)) / 2;
    column.forEach((spot, row) => places.set(spot.key, { x: at * (WIDTH + BETWEEN), y: top + row * (HEIGHT + GAP) }));
  });
  const nameOf = (spot: Spot) =>
    spot.what === "outside" ? t("network.picture.outside") : spot.what === "more" ? t("network.picture.more", { count: Number(spot.name) }) : spot.name;
  return (
    <>
      <figure className="ol-picture ol-wide-figure" aria-label={label}>
        <svg viewBox={`-2 -2 ${width + 4} ${height + 4}`} width={width + 4} role="group" aria-label={label}>
          {scene.wires.map((wire) => (
            <Line key={`${wire.from} ${wire.to}`} wire={wire} places={places} />
          ))}
          {scene.columns.flat().map((spot) => (
            <Node key={spot.key} spot={spot} name={nameOf(spot)} place={places.get(spot.key) ?? { x: 0, y: 0 }} />
          ))}
        </svg>
      </figure>
      <ol className="ol-narrow-figure ol-picture-list" aria-label={label}>
        {scene.columns.map((column) => (
          <li key={column[0]?.key}>
            {column.map((spot) => {
              const Picture = ICON[spot.what];
              return (
                <div key={spot.key}>
                  <span className="ol-state">
                    <Icon size="sm">
                      <Picture />
                    </Icon>
                    {spot.to ? <Link to={spot.to}>{nameOf(spot)}</Link> : nameOf(spot)}
                  </span>{" "}
                  <span className="ol-quiet">{[spot.note, spot.up ? "" : t("network.picture.down")].filter(Boolean).join(" · ")}</span>
                </div>
              );
            })}
          </li>
        ))}
      </ol>
    </>
  );
}

function Line({ wire, places }: { wire: Wire; places: ReadonlyMap<string, Place> }) {
  const from = places.get(wire.from);
  const to = places.get(wire.to);
  if (!from || !to) return null;
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
  const half = (x1 + x2) / 2;
  return <path d={`M ${x1} ${y1} C ${half} ${y1}, ${half} ${y2}, ${x2} ${y2}`} className="ol-wire" data-up={wire.up} data-routed={wire.routed} />;
}

function Node({ spot, name, place }: { spot: Spot; name: string; place: Place }) {
  const { t } = useTranslation();
  const Drawn = ICON[spot.what];
  const said = [name, spot.note, t(spot.up ? "network.picture.up" : "network.picture.down")].filter(Boolean).join(", ");
  const body = (
    <>
      <title>{said}</title>
      <rect width={WIDTH} height={HEIGHT} rx={6} />
      <foreignObject x={12} y={HEIGHT / 2 - 9} width={18} height={18} aria-hidden>
        <Drawn />
      </foreignObject>
      <text x={40} y={spot.note ? 20 : HEIGHT / 2 + 5}>{short(name)}</text>
      {spot.note && (
        <text x={40} y={37} className="ol-spot-note">
          {short(spot.note)}
        </text>
      )}
    </>
  );
  return (
    <g transform={`translate(${place.x} ${place.y})`} className="ol-spot" data-what={spot.what} data-up={spot.up}>
      {spot.to ? (
        <Linked to={spot.to} said={said}>
          {body}
        </Linked>
      ) : (
        body
      )}
    </g>
  );
}

/** A link inside an SVG: the router's own makes an HTML one. */
function Linked({ to, said, children }: { to: string; said: string; children: ReactNode }) {
  const href = useHref(to);
  const follow = useLinkClickHandler<HTMLAnchorElement>(to);
  return (
    <a href={href} onClick={follow} aria-label={said}>
      {children}
    </a>
  );
}
