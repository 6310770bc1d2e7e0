import { Button, Flex } from "@patternfly/react-core";
import { PencilAltIcon, PlusCircleIcon, TrashIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { EditTemplateDialog } from "./EditTemplateDialog";
import { deleteTemplate } from "./queries";
import type { Template } from "./shapes";

/** Where a domain is made from it; the host comes along, because its disks lie there. */
const creationPath = ({ id, host }: Template, number?: number): string =>
  `/domains/new?${new URLSearchParams({ source: "template", host: host.id, template: id, ...(number && { template_version: String(number) }) }).toString()}`;

/** What can be done with one template. */
export function TemplateActions({ template, inRow = false }: { template: Template; inRow?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const request = useJobRequest(deleteTemplate);
  const may = (action: string) => template.actions.includes(action);
  const entries: MenuEntry[] = [
    ...(may("edit") ? [{ key: "edit", label: t("template.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit") }] : []),
    ...(may("delete") ? [{ key: "delete", label: t("template.delete"), icon: <TrashIcon />, danger: true, apart: true, run: () => setDialog("delete") }] : []),
  ];
  return (
    <Flex flexWrap={{ default: "nowrap" }} gap={{ default: "gapSm" }} justifyContent={{ default: "justifyContentFlexEnd" }}>
      {may("create") && <CreateFrom template={template} inRow={inRow} />}
      <Kebab label={t("domain.actionsOf", { name: template.name })} entries={entries} />
      {dialog === "edit" && <EditTemplateDialog template={template} onClose={() => setDialog(null)} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={t("template.deleteTitle", { name: template.name })}
          confirm={t("template.delete")}
          busy={request.isPending}
          error={request.error}
          onConfirm={() =>
            request.mutate(template.id, {
              onSuccess: () => {
                setDialog(null);
                if (!inRow) void navigate("/templates");
              },
            })
          }
          onClose={() => setDialog(null)}
        >
          {t("template.deleteBody", { count: template.versions.length, host: template.host.name })}
        </ConfirmDialog>
      )}
    </Flex>
  );
}

export function CreateFrom({ template, number, inRow }: { template: Template; number?: number; inRow: boolean }) {
  const { t } = useTranslation();
  return (
    <Button
      variant={inRow ? "secondary" : "primary"}
      size={inRow ? "sm" : undefined}
      icon={<PlusCircleIcon />}
      aria-label={t("template.createFrom", { name: template.name })}
      component={(props) => <Link {...props} to={creationPath(template, number)} />}
    >
      {t("template.create")}
    </Button>
  );
}
