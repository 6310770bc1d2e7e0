import { Button, Flex, Tooltip } from "@patternfly/react-core";
import { ArchiveIcon, CopyIcon, CubesIcon, DesktopIcon, EditIcon, ExchangeAltIcon, LockIcon, LockOpenIcon, TagIcon, TrashIcon } from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../access/queries";
import { asProblem } from "../../api/problem";
import type { Domain } from "../../api/types";
import { useJobOf, useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { useToast } from "../../ui/toast";
import { allows, type DomainAction } from "./action";
import { ExportDialog } from "../exchange/ExportDialog";
import { MakeTemplateDialog } from "../templates/MakeTemplateDialog";
import { CloneDialog } from "./CloneDialog";
import { DeleteDialog } from "./DeleteDialog";
import { MigrateDialog } from "./MigrateDialog";
import { ACTIONS, PRIMARY } from "./power";
import { useProtection } from "./protection";
import { RenameDialog } from "./RenameDialog";
import { shutdown } from "./shutdown";
import { TagsDialog } from "./TagsDialog";

interface Asked {
  action: DomainAction;
  domain: Domain;
}

const OFF: readonly string[] = ["shutoff", "crashed"];

type Dialog = "migrate" | "export" | "clone" | "rename" | "template" | "tags" | "delete";

/** What can be done to one domain, and the dialogs that belong to it. In a row: an icon and the menu. */
export function DomainActions({ domain, inRow = false }: { domain: Domain; inRow?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const say = useToast();
  const [asked, setAsked] = useState<DomainAction | null>(null);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const protection = useProtection(domain);
  const mayTemplate = useMay("template.manage");
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
  const may = (action: string) => domain.actions.includes(action);
  const asking = (which: Dialog, icon: ReactNode): MenuEntry => ({ key: which, label: t(`domain.action.${which}`), icon, run: () => setDialog(which) });
  const safe = entries.findIndex((entry) => entry.danger);
  // What changes nothing of the running guest stands before what takes something from it.
  entries.splice(
    safe < 0 ? entries.length : safe,
    0,
    ...(may("migrate") ? [asking("migrate", <ExchangeAltIcon />)] : []),
    ...(may("clone") ? [{ ...asking("clone", <CopyIcon />), apart: true }] : []),
    ...(may("export") ? [asking("export", <ArchiveIcon />)] : []),
    ...(may("clone") && mayTemplate ? [asking("template", <CubesIcon />)] : []),
    ...(may("edit") && OFF.includes(domain.state) ? [asking("rename", <EditIcon />)] : []),
    ...(may("edit") ? [asking("tags", <TagIcon />)] : []),
    ...(may("edit") ? [protection.entry(domain.protected ? <LockOpenIcon /> : <LockIcon />)] : []),
  );
  if (may("undefine")) {
    entries.push({
      ...asking("delete", <TrashIcon />),
      danger: true,
      apart: true,
      disabled: domain.protected,
      description: domain.protected ? t("delete.protected") : undefined,
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

  const close = () => setDialog(null);
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
      {dialog === "migrate" && <MigrateDialog domain={domain} onClose={close} />}
      {dialog === "export" && <ExportDialog domain={domain} onClose={close} />}
      {dialog === "clone" && <CloneDialog domain={domain} onClose={close} />}
      {dialog === "rename" && <RenameDialog domain={domain} onClose={close} />}
      {dialog === "template" && <MakeTemplateDialog domain={domain} onClose={close} />}
      {dialog === "tags" && <TagsDialog domains={[domain]} onClose={close} />}
      {dialog === "delete" && <DeleteDialog domain={domain} onClose={close} onDeleted={inRow ? undefined : () => void navigate("/domains")} />}
    </Flex>
  );
}
