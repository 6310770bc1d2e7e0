import { Card, CardBody, CardTitle, PageSection } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { PageHead } from "../../ui/PageHead";
import { useToast } from "../../ui/toast";
import { useMe } from "../queries";
import { PasswordCard } from "./PasswordCard";
import { ProfileCard } from "./ProfileCard";
import { SecondFactorsCard } from "./SecondFactorsCard";
import { SessionsCard } from "./SessionsCard";

/** Everything about oneself: name, password, second factors, where one is signed in. */
export function AccountPage() {
  const { t } = useTranslation();
  const toast = useToast();
  const me = useMe().data;
  if (!me) return null;
  return (
    <>
      <PageHead title={t("account.title")} />
      <PageSection isFilled>
        <div className="ol-account">
          <ProfileCard me={me} onSaved={() => toast({ variant: "success", title: t("account.profile.saved") })} />
          {me.source === "local" && me.has_password && (
            <PasswordCard onChanged={() => toast({ variant: "success", title: t("account.password.changed"), body: t("account.password.changedBody") })} />
          )}
          <SecondFactorsCard />
          <SessionsCard />
          <Card>
            <CardTitle component="h2">{t("token.many")}</CardTitle>
            <CardBody>
              <p>{t("account.tokensBody")}</p>
              <Link to="/tokens">{t("account.tokensLink")}</Link>
            </CardBody>
          </Card>
        </div>
      </PageSection>
    </>
  );
}
