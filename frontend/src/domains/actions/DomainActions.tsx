import { Button, Flex, Tooltip } from "@patternfly/react-core";
import { DesktopIcon, ExchangeAltIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { asProblem } from "../../api/problem";
import type { Domain } from "../../api/types";
import { useJobOf, useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { useToast } from "../../ui/toast";
import { allows, type DomainAction } from "./action";
import { MigrateDialog } from "./MigrateDialog";
import { ACTIONS, PRIMARY } from "./power";
import { shutdown } from "./shutdown";

interface Asked {
  action: DomainAction;
  domain: Domain;
}

/** What can be done to one domain, and the dialogs that belong to it. In a row: an icon and the menu. */
export function DomainActions({ domain, inRow = false }: { domain: Domain; inRow?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const say = useToast();
  const [asked, setAsked] = useState<DomainAction | null>(null);
  const [moving, setMoving] = useState(false);
  const job = useJobOf(domain);
  const request = useJobRequest(({ action, domain: which }: Asked) => action.request(which));

  const run = (action: DomainAction) => {
    request.reset();
    if (action.confirm) setAsked(action);
    else
      request.mutate(
        { action, domain },
        {
          onError: (error) =>
            say({
              variant: "danger",
              title: t("domain.refused", { what: t(`domain.action.${action.name}`), name: domain.name }),
              body: asProblem(error).message,
            }),
        },
      );
  };

  const primary = PRIMARY.find((action) => allows(domain, action));
  const entries: MenuEntry[] = ACTIONS.filter((action) => allows(domain, action) && (inRow || action !== primary)).map((action) => ({
    key: action.name,
    label: t(`domain.action.${action.name}`),
    icon: <action.icon />,
    danger: action.danger,
    disabled: request.isPending,
    apart: action.apart,
    run: () => run(action),
  }));
  if (domain.actions.includes("migrate")) {
    const at = entries.findIndex((entry) => entry.danger);
    entries.splice(at < 0 ? entries.length : at, 0, {
      key: "migrate",
      label: t("domain.action.migrate"),
      icon: <ExchangeAltIcon />,
      run: () => setMoving(true),
    });
  }
  if (inRow && domain.actions.includes("console") && domain.consoles.length > 0) {
    entries.unshift({
      key: "console",
      label: t("domain.action.console"),
      icon: <DesktopIcon />,
      run: () => void navigate(`/domains/${domain.id}?tab=console`),
    });
  }

  const busy = request.isPending || job !== null;
  return (
    <Flex flexWrap={{ default: "nowrap" }} gap={{ default: inRow ? "gapNone" : "gapSm" }} justifyContent={{ default: "justifyContentFlexEnd" }}>
      {primary &&
        (inRow ? (
          <Tooltip content={t(`domain.action.${primary.name}`)}>
            <Button
              variant="plain"
              aria-label={t("domain.actionOn", { what: t(`domain.action.${primary.name}`), name: domain.name })}
              icon={<primary.icon />}
              isDisabled={busy}
              onClick={() => run(primary)}
            />
          </Tooltip>
        ) : (
          <Button variant={primary === shutdown ? "secondary" : "primary"} icon={<primary.icon />} isLoading={busy} isDisabled={busy} onClick={() => run(primary)}>
            {t(`domain.action.${primary.name}`)}
          </Button>
        ))}
      <Kebab label={t("domain.actionsOf", { name: domain.name })} entries={entries} />
      {asked && (
        <ConfirmDialog
          title={t(`domain.confirm.${asked.name}.title`, { name: domain.name })}
          confirm={t(`domain.action.${asked.name}`)}
          busy={request.isPending}
          error={request.error}
          onConfirm={() => request.mutate({ action: asked, domain }, { onSuccess: () => setAsked(null) })}
          onClose={() => setAsked(null)}
        >
          {t(`domain.confirm.${asked.name}.body`, { name: domain.name, host: domain.host.name })}
        </ConfirmDialog>
      )}
      {moving && <MigrateDialog domain={domain} onClose={() => setMoving(false)} />}
    </Flex>
  );
}
