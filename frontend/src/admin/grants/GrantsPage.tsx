import { useState } from "react";
import { useTranslation } from "react-i18next";

import { AddButton, ListPage } from "../Listed";
import { GrantDialog } from "./GrantDialog";
import { GrantsTable } from "./GrantsTable";

export default function GrantsPage() {
  const { t } = useTranslation();
  const [creating, setCreating] = useState(false);
  const add = <AddButton text={t("admin.grants.create")} onClick={() => setCreating(true)} />;
  return (
    <ListPage title={t("admin.grants.many")} actions={add}>
      <GrantsTable firstStep={add} />
      {creating && <GrantDialog onClose={() => setCreating(false)} />}
    </ListPage>
  );
}
