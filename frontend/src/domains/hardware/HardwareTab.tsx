import { Alert, Button, Drawer, DrawerContent, DrawerContentBody, Icon, Label, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState, type ComponentType, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useMaySomewhere } from "../../access/queries";
import { asProblem } from "../../api/problem";
import type { DomainDetail } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { FactsSkeleton } from "../../ui/Facts";
import { bytes } from "../../ui/format";
import { Kebab } from "../../ui/Menu";
import { OutdatedAlert, ProblemPage } from "../../ui/Problems";
import { useToast } from "../../ui/toast";
import { AddDialog } from "./AddDialog";
import { Differences } from "./Differences";
import { EditPanel } from "./EditPanel";
import { withFilters, type Field, type Thing } from "./form";
import { CAPACITY, factsOf, iconOf, kindOf, KINDS, sourceOf } from "./kinds";
import { MediaDialog } from "./MediaDialog";
import { PendingBanner } from "./PendingBanner";
import { MoveDialog } from "./MoveDialog";
import { planDevice, planSettings, saveDevice, saveSettings, useFilterNames, useHardware, useNetworks } from "./queries";
import { RemoveDialog } from "./RemoveDialog";
import { groupsOf } from "./settings";
import { useDeviceTitle } from "./titles";
import type { Device } from "./types";

const DRIVES = ["cdrom", "floppy"];
const ORDER = Object.keys(KINDS);

/** By kind, in the order in which people look for them; within a kind as the definition has them. */
function sorted(devices: readonly Device[]): Device[] {
  const place = (kind: string) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  return devices.map((device, at) => ({ device, at })).sort((one, other) => place(one.device.kind) - place(other.device.kind) || one.at - other.at).map(({ device }) => device);
}

type Open = { what: "add" } | { what: "remove" | "media" | "move"; device: Device };

/** All that a domain consists of. What is open in the drawer is in the address. */
export default function HardwareTab({ domain }: { domain: DomainDetail }) {
  const everEdits = useMaySomewhere("domain.edit");
  const { t, i18n } = useTranslation();
  const say = useToast();
  const title = useDeviceTitle();
  const [params, setParams] = useSearchParams();
  const [open, setOpen] = useState<Open | null>(null);
  const query = useHardware(domain.id);
  const networks = useNetworks(domain.host.id);
  const filters = useFilterNames(domain.host.id);
  const eject = useJobRequest((device: Device) => saveDevice(domain.id, device, { volume: null }));
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton rows={10} />;

  // Where it is plugged in, and the room that it has, are known by our references.
  const fieldsOf = ({ kind, volume }: Device): readonly Field[] => {
    const { fields } = kindOf(kind);
    if (kind === "disk" && volume) return [CAPACITY, ...fields];
    if (kind !== "interface") return fields;
    const choices = (networks.data ?? []).map((each) => ({ value: each.id, label: each.name }));
    return [{ name: "network", as: "reference", choices }, ...withFilters(fields, filters.data)];
  };
  const { devices, pending } = query.data;
  // With what is in no definition.
  const settings: Thing = { ...query.data.settings, autostart: domain.autostart, tags: domain.tags, protected: domain.protected };
  const mayEdit = domain.actions.includes("edit");
  const groups = groupsOf(devices, (value) => bytes(value, i18n.language));
  const edited = params.get("device");
  const edit = (key: string | null) => setParams({ tab: "hardware", ...(key && { device: key }) }, { replace: true });
  const group = groups.find((each) => `settings:${each.name}` === edited);
  const device = devices.find((each) => each.key === edited);
  const close = () => edit(null);

  const panel = group ? (
    <EditPanel
      key={edited}
      title={t(`hardware.group.${group.name}`)}
      icon={group.icon}
      kind="settings"
      fields={group.fields}
      thing={settings}
      of={[domain.id, group.name]}
      mayEdit={mayEdit}
      plan={(wish) => planSettings(domain.id, wish)}
      save={(wish) => saveSettings(domain.id, wish)}
      onClose={close}
    />
  ) : device ? (
    <EditPanel
      key={edited}
      title={title(device)}
      icon={iconOf(device.kind, device)}
      kind={device.kind}
      fields={fieldsOf(device)}
      thing={device}
      of={[domain.id, device.key]}
      mayEdit={mayEdit && device.pending !== "removed"}
      plan={(wish) => planDevice(domain.id, device, wish)}
      save={(wish) => saveDevice(domain.id, device, wish)}
      onClose={close}
    >
      {sourceOf(device) && <p className="ol-fact"><code>{sourceOf(device)}</code></p>}
      {device.live && <Differences device={device} />}
      {device.pending && device.pending !== "changed" && <Alert isInline isPlain variant="info" title={t(`hardware.pending.${device.pending}`)} />}
    </EditPanel>
  ) : null;

  const throwOut = (drive: Device) =>
    eject.mutate(drive, {
      onError: (error) =>
        say({ variant: "danger", title: t("domain.refused", { what: t("hardware.media.eject"), name: title(drive) }), body: asProblem(error).message }),
    });

  return (
    <div className="ol-stack">
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      <PendingBanner domain={domain} pending={pending} />
      <Drawer isExpanded={panel !== null} isInline className="ol-editing">
        <DrawerContent panelContent={panel}>
          <DrawerContentBody>
            {everEdits && (
              <Toolbar>
                <ToolbarContent>
                  <ToolbarItem>
                    <Button variant="primary" icon={<PlusCircleIcon />} isDisabled={!mayEdit} onClick={() => setOpen({ what: "add" })}>
                      {t("hardware.add.button")}
                    </Button>
                  </ToolbarItem>
                </ToolbarContent>
              </Toolbar>
            )}
            <Listing title={t("hardware.settings")}>
              {groups.map((each) => (
                <Line
                  key={each.name}
                  icon={each.icon}
                  title={t(`hardware.group.${each.name}`)}
                  facts={each.facts(settings).filter(Boolean).map(String)}
                  pending={null}
                  open={edited === `settings:${each.name}`}
                  onOpen={() => edit(`settings:${each.name}`)}
                />
              ))}
            </Listing>
            <Listing title={t("hardware.devices")}>
              {sorted(devices).map((each) => (
                <Line
                  key={each.key}
                  icon={iconOf(each.kind, each)}
                  title={title(each)}
                  source={each.kind === "interface" ? String(each.mac ?? "") : sourceOf(each) || (DRIVES.includes(String(each.device)) ? t("domain.noMedium") : "")}
                  facts={factsOf(each.kind, each)}
                  pending={each.pending}
                  open={edited === each.key}
                  onOpen={() => edit(each.key)}
                >
                  {mayEdit && each.pending !== "removed" && (
                    <Kebab
                      label={t("domain.actionsOf", { name: title(each) })}
                      entries={[
                        ...(DRIVES.includes(String(each.device))
                          ? [
                              { key: "media", label: t("hardware.media.change"), run: () => setOpen({ what: "media", device: each }) },
                              { key: "eject", label: t("hardware.media.eject"), disabled: sourceOf(each) === "", run: () => throwOut(each) },
                            ]
                          : []),
                        ...(each.kind === "disk" && each.device === "disk" && each.volume
                          ? [{ key: "move", label: t("hardware.move.button"), run: () => setOpen({ what: "move" as const, device: each }) }]
                          : []),
                        { key: "remove", label: t("hardware.remove.button"), danger: true, apart: DRIVES.includes(String(each.device)), run: () => setOpen({ what: "remove", device: each }) },
                      ]}
                    />
                  )}
                </Line>
              ))}
            </Listing>
          </DrawerContentBody>
        </DrawerContent>
      </Drawer>
      {open?.what === "add" && <AddDialog domain={domain} onClose={() => setOpen(null)} />}
      {open?.what === "remove" && <RemoveDialog domain={domain} device={open.device} onClose={() => setOpen(null)} />}
      {open?.what === "move" && <MoveDialog domain={domain} device={open.device} onClose={() => setOpen(null)} />}
      {open?.what === "media" && <MediaDialog domain={domain} device={open.device} onClose={() => setOpen(null)} />}
    </div>
  );
}

function Listing({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Table variant="compact" aria-label={title} className="ol-middle">
      <Thead>
        <Tr>
          <Th width={35}>{title}</Th>
          <Th>{t("details")}</Th>
          <Th screenReaderText={t("table.actions")} />
        </Tr>
      </Thead>
      <Tbody>{children}</Tbody>
    </Table>
  );
}

interface LineProps {
  icon: ComponentType;
  title: string;
  source?: string;
  facts: readonly string[];
  pending: Device["pending"];
  open: boolean;
  onOpen: () => void;
  children?: ReactNode;
}

function Line({ icon: Picture, title, source, facts, pending, open, onOpen, children }: LineProps) {
  const { t } = useTranslation();
  return (
    <Tr className={pending === "removed" ? "ol-gone" : undefined} isRowSelected={open}>
      <Td dataLabel={t("name")}>
        <span className="ol-device">
          <Icon>
            <Picture />
          </Icon>
          <Button variant="link" isInline onClick={onOpen} aria-expanded={open}>
            {title}
          </Button>
        </span>
      </Td>
      <Td dataLabel={t("details")} modifier="breakWord">
        {source && <code>{source}</code>} <span className={source ? "ol-quiet" : undefined}>{facts.join(" · ")}</span>{" "}
        {pending && (
          <Label isCompact color="blue">
            {t(`hardware.pending.${pending}`)}
          </Label>
        )}
      </Td>
      <Td isActionCell>{children}</Td>
    </Tr>
  );
}
