import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { AskDialog } from "../AskDialog";
import { posting } from "../queries";
import type { Pool } from "../shapes";

/** Nothing is lost, but whoever works on its volumes stands without them. */
export function StopDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm();
  return (
    <AskDialog
      title={t("storage.stop.title", { name: pool.name })}
      submit={t("storage.action.stop")}
      asking={posting(`/pools/${pool.id}/stop/`)}
      wish={{}}
      form={form}
      onClose={onClose}
    >
      <p>{t("storage.stop.body", { host: pool.host.name })}</p>
    </AskDialog>
  );
}
