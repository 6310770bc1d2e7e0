import { useTranslation } from "react-i18next";

import { ListPage } from "../Listed";
import { TokensTable } from "./TokensTable";

/** The API tokens of everybody. */
export default function TokensPage() {
  const { t } = useTranslation();
  return (
    <ListPage title={t("admin.tokens.many")}>
      <TokensTable />
    </ListPage>
  );
}
