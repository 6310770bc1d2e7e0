import { Button, Card, CardBody, CardTitle, Grid, GridItem, Label } from "@patternfly/react-core";
import { PencilAltIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useMay } from "../../access/queries";
import { Facts } from "../../ui/Facts";
import { PageHead } from "../../ui/PageHead";
import { Copyable, When } from "../../ui/Values";
import { AuditTable } from "../audit/AuditTable";
import { GrantDialog } from "../grants/GrantDialog";
import { AddButton } from "../Listed";
import { OnePage } from "../../ui/OnePage";
import { useUser } from "../queries";
import { QuotaDialog } from "../quotas/QuotaDialog";
import { QuotasTable } from "../quotas/QuotasTable";
import type { User } from "../shapes";
import { Tabbed, type Part } from "../../ui/Tabbed";
import { TokensTable } from "../tokens/TokensTable";
import { GrantsOf } from "./GrantsOf";
import { SessionsOf } from "./SessionsOf";
import { UserActions } from "./UserActions";
import { UserDialog } from "./UserDialog";
import { UserState } from "./UserState";

export default function UserPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  return (
    <OnePage query={useUser(id)} title={t("admin.users.one")} parent={{ title: t("admin.users.many"), to: "/admin/users" }}>
      {(user) => <UserView key={user.id} user={user} />}
    </OnePage>
  );
}

/** All about one user: who they are, what they may do, how they get in, and what they did. */
function UserView({ user }: { user: User }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<"edit" | "grant" | "quota" | null>(null);
  const mayGrant = useMay("grant.manage");
  const mayQuota = useMay("quota.manage");
  const mayAudit = useMay("audit.read");
  const grant = mayGrant && <AddButton text={t("admin.grants.create")} onClick={() => setDialog("grant")} />;
  const quota = <AddButton text={t("admin.quotas.create")} onClick={() => setDialog("quota")} />;
  const parts: [Part, ...Part[]] = [
    { key: "overview", title: t("tab.overview"), body: () => <Overview user={user} /> },
    { key: "tokens", title: t("token.many"), body: () => <TokensTable user={user.id} /> },
    { key: "sessions", title: t("admin.users.sessions"), body: () => <SessionsOf user={user} /> },
  ];
  if (mayQuota) parts.push({ key: "quotas", title: t("admin.quotas.many"), body: () => <QuotasTable user={user.id} firstStep={quota} /> });
  if (mayAudit) parts.push({ key: "audit", title: t("admin.audit.many"), body: () => <AuditTable actor={user.id} /> });
  return (
    <>
      <PageHead
        title={user.username}
        parent={{ title: t("admin.users.many"), to: "/admin/users" }}
        beside={<UserState user={user} />}
        actions={
          <div className="ol-actions">
            {grant}
            {user.actions.includes("edit") && (
              <Button variant="secondary" icon={<PencilAltIcon />} onClick={() => setDialog("edit")}>
                {t("admin.users.action.edit")}
              </Button>
            )}
            <UserActions user={user} />
          </div>
        }
      />
      <Tabbed label={t("admin.parts", { name: user.username })} parts={parts} />
      {dialog === "edit" && <UserDialog user={user} onClose={() => setDialog(null)} />}
      {dialog === "grant" && <GrantDialog user={user.id} onClose={() => setDialog(null)} />}
      {dialog === "quota" && <QuotaDialog user={user.id} onClose={() => setDialog(null)} />}
    </>
  );
}

function Overview({ user }: { user: User }) {
  const { t } = useTranslation();
  const mayGrant = useMay("grant.manage");
  return (
    <Grid hasGutter>
      <GridItem lg={5}>
        <Card isFullHeight>
          <CardTitle component="h2">{t("facts")}</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              facts={[
                [t("admin.users.name"), user.name],
                [
                  t("admin.groups.many"),
                  user.groups.length > 0 && (
                    <span className="ol-labels">
                      {user.groups.map(({ id, name }) => (
                        <Label key={id} isCompact variant="outline" render={({ className, content }) => <Link to={`/admin/groups/${id}`} className={className}>{content}</Link>}>
                          {name}
                        </Label>
                      ))}
                    </span>
                  ),
                ],
                [t("admin.users.source"), t(`admin.users.sources.${user.source}`)],
                [t("signIn.password"), t(user.has_password ? "admin.users.hasPassword" : "admin.users.noPassword")],
                [t("admin.users.secondFactor"), t(user.second_factor ? "yes" : "no")],
                [t("admin.users.lastSignIn"), user.last_login_at ? <When at={user.last_login_at} /> : t("token.unused")],
                [t("token.created"), <When at={user.created_at} />],
                ["UUID", <Copyable>{user.id}</Copyable>],
              ]}
            />
          </CardBody>
        </Card>
      </GridItem>
      {mayGrant && (
        <GridItem lg={7}>
          <Card isFullHeight>
            <CardTitle component="h2">{t("admin.users.may")}</CardTitle>
            <CardBody>
              <GrantsOf user={user} />
            </CardBody>
          </Card>
        </GridItem>
      )}
    </Grid>
  );
}
