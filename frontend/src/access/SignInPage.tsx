import { zodResolver } from "@hookform/resolvers/zod";
import { ActionGroup, Button, Card, CardBody, CardTitle, Form, Title } from "@patternfly/react-core";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import logo from "../ui/logo.svg";
import { TextField } from "../ui/fields";
import { LanguageMenu, ThemeMenu } from "../ui/Preferences";
import { ProblemAlert } from "../ui/Problems";
import { useSignIn } from "./queries";

const schema = z.object({ username: z.string().min(1), password: z.string().min(1) });

export function SignInPage() {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { username: "", password: "" } });
  useEffect(() => {
    document.title = `${t("signIn.title")} · ovirtlite`;
  }, [t]);
  return (
    <main className="ol-sign-in">
      <Card isLarge>
        <CardTitle>
          <Title headingLevel="h1" size="2xl">
            <span className="ol-brand">
              <img src={logo} alt="" width={32} height={32} /> ovirtlite
            </span>
          </Title>
          <p className="ol-quiet">{t("signIn.body")}</p>
        </CardTitle>
        <CardBody>
          <Form onSubmit={(event) => void form.handleSubmit((who) => signIn.mutate(who))(event)} noValidate>
            <ProblemAlert error={signIn.error} />
            <TextField form={form} name="username" label={t("signIn.username")} autoComplete="username" autoFocus required />
            <TextField
              form={form}
              name="password"
              label={t("signIn.password")}
              type="password"
              autoComplete="current-password"
              required
            />
            <ActionGroup>
              <Button type="submit" variant="primary" isBlock isLoading={signIn.isPending} isDisabled={signIn.isPending}>
                {t("signIn.submit")}
              </Button>
            </ActionGroup>
          </Form>
        </CardBody>
      </Card>
      <div className="ol-sign-in-preferences">
        <LanguageMenu />
        <ThemeMenu />
      </div>
    </main>
  );
}
