import { Button, Card, CardBody, CardTitle, Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { ClockIcon, KeyboardIcon, LockIcon, PasteIcon, PauseCircleIcon, PlayCircleIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { DomainDetail, Guest, Job } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { useToast } from "../../ui/toast";
import { PasswordDialog } from "./PasswordDialog";
import { freeze, sendKeys, setTime, thaw } from "./queries";
import { TypeDialog } from "./TypeDialog";

const COMBINATIONS: readonly (readonly string[])[] = [
  ["ctrl", "alt", "delete"],
  ["ctrl", "alt", "backspace"],
  ...Array.from({ length: 7 }, (_, at) => ["ctrl", "alt", `f${at + 1}`]),
  ["alt", "sysrq", "b"],
  ["meta"],
  ["esc"],
  ["enter"],
  ["tab"],
];
const shown = (names: readonly string[]) =>
  names.map((name) => (name === "sysrq" ? "SysRq" : name === "esc" ? "Esc" : name[0]?.toUpperCase() + name.slice(1))).join("+");

/** What can be done inside: through the agent, and at the keyboard. */
export function GuestActions({ domain, guest }: { domain: DomainDetail; guest: Guest }) {
  const { t } = useTranslation();
  const say = useToast();
  const [open, setOpen] = useState<"password" | "type" | "keys" | null>(null);
  const request = useJobRequest((ask: () => Promise<Job>) => ask());
  const may = domain.actions.includes("console"); // who may sit at its keyboard
  const agent = domain.actions.includes("guest") && guest.agent === "connected" && !request.isPending;
  const ask = (what: string, wish: () => Promise<Job>) =>
    request.mutate(wish, {
      onError: (error) => say({ variant: "danger", title: t("domain.refused", { what, name: domain.name }), body: asProblem(error).message }),
    });
  return (
    <Card isFullHeight>
      <CardTitle component="h2">{t("guest.actions")}</CardTitle>
      <CardBody className="ol-stack ol-start">
        <section aria-label={t("guest.throughAgent")}>
          <p className="ol-quiet">{t("guest.throughAgent")}</p>
          <div className="ol-buttons">
            <Button variant="secondary" icon={<LockIcon />} isDisabled={!agent} onClick={() => setOpen("password")}>
              {t("guest.password.button")}
            </Button>
            <Button variant="secondary" icon={<ClockIcon />} isDisabled={!agent} onClick={() => ask(t("guest.setTime"), () => setTime(domain.id))}>
              {t("guest.setTime")}
            </Button>
            <Button variant="secondary" icon={<PauseCircleIcon />} isDisabled={!agent} onClick={() => ask(t("guest.freeze"), () => freeze(domain.id))}>
              {t("guest.freeze")}
            </Button>
            <Button variant="secondary" icon={<PlayCircleIcon />} isDisabled={!agent} onClick={() => ask(t("guest.thaw"), () => thaw(domain.id))}>
              {t("guest.thaw")}
            </Button>
          </div>
          <p className="ol-quiet">{t("guest.freezeHelp")}</p>
        </section>
        <section aria-label={t("guest.atKeyboard")}>
          <p className="ol-quiet">{t("guest.atKeyboard")}</p>
          <div className="ol-buttons">
            <Dropdown
              isOpen={open === "keys"}
              onOpenChange={(isOpen) => setOpen(isOpen ? "keys" : null)}
              onSelect={() => setOpen(null)}
              isScrollable
              maxMenuHeight="20rem"
              toggle={(ref) => (
                <MenuToggle
                  ref={ref}
                  icon={<KeyboardIcon />}
                  isExpanded={open === "keys"}
                  isDisabled={!may || request.isPending}
                  onClick={() => setOpen(open === "keys" ? null : "keys")}
                >
                  {t("guest.keys")}
                </MenuToggle>
              )}
            >
              <DropdownList>
                {COMBINATIONS.map((names) => (
                  <DropdownItem key={shown(names)} onClick={() => ask(shown(names), () => sendKeys(domain.id, names))}>
                    {shown(names)}
                  </DropdownItem>
                ))}
              </DropdownList>
            </Dropdown>
            <Button variant="secondary" icon={<PasteIcon />} isDisabled={!may} onClick={() => setOpen("type")}>
              {t("guest.type.button")}
            </Button>
          </div>
        </section>
      </CardBody>
      {open === "password" && <PasswordDialog domain={domain} users={guest.users.map((user) => user.name)} onClose={() => setOpen(null)} />}
      {open === "type" && <TypeDialog domain={domain} onClose={() => setOpen(null)} />}
    </Card>
  );
}
