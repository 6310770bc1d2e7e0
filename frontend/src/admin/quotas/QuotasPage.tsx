import { useState } from "react";
import { useTranslation } from "react-i18next";

import { AddButton, ListPage } from "../Listed";
import { QuotaDialog } from "./QuotaDialog";
import { QuotasTable } from "./QuotasTable";

export default function QuotasPage() {
  const { t } = useTranslation();
  const [creating, setCreating] = useState(false);
  const add = <AddButton text={t("admin.quotas.create")} onClick={() => setCreating(true)} />;
  return (
    <ListPage title={t("admin.quotas.many")} actions={add}>
      <QuotasTable firstStep={add} />
      {creating && <QuotaDialog onClose={() => setCreating(false)} />}
    </ListPage>
  );
}
