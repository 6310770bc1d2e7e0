import { Button, ToolbarItem } from "@patternfly/react-core";
import { ArchiveIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMaySomewhere } from "../access/queries";
import type { DomainDetail } from "../api/types";
import { BackUpDialog } from "./BackUpDialog";
import { BackupsTable } from "./BackupsTable";

/** The restore points of one machine. */
export function DomainBackups({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const everBacksUp = useMaySomewhere("domain.backup");
  const button = everBacksUp && (
    <ToolbarItem>
      <Button variant="primary" icon={<ArchiveIcon />} isDisabled={!domain.actions.includes("backup")} onClick={() => setOpen(true)}>
        {t("backup.take.button")}
      </Button>
    </ToolbarItem>
  );
  return (
    <>
      <BackupsTable domain={domain.id} firstStep={button} />
      {open && <BackUpDialog domain={domain} onClose={() => setOpen(false)} />}
    </>
  );
}
