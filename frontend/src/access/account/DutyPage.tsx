import { Alert, Button } from "@patternfly/react-core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "../../api/types";
import { useSignOut } from "../queries";
import { PasswordCard } from "./PasswordCard";
import { SecondFactorsCard } from "./SecondFactorsCard";

/** What one has to do before anything else, or null: the server refuses everything else until then. */
export function dutyOf(me: Me): "password" | "secondFactor" | null {
  if (me.must_change_password && me.source === "local") return "password";
  return me.second_factor.required && !me.second_factor.enabled ? "secondFactor" : null;
}

/** In place of all other pages until it is done. */
export function DutyPage({ duty }: { duty: "password" | "secondFactor" }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  const title = t(`account.duty.${duty}`);
  useEffect(() => {
    document.title = `${title} · ovirtlite`;
  }, [title]);
  return (
    <main className="ol-sign-in ol-duty">
      <h1 className="pf-v6-u-screen-reader">{title}</h1>
      <Alert isInline variant="info" title={title} component="p">
        {t(`account.duty.${duty}Body`)}
      </Alert>
      {duty === "password" ? <PasswordCard onChanged={() => undefined} /> : <SecondFactorsCard />}
      <Button variant="link" onClick={() => signOut.mutate()}>
        {t("account.signOut")}
      </Button>
    </main>
  );
}
