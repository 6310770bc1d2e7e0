import { zodResolver } from "@hookform/resolvers/zod";
import { ActionGroup, Alert, Button, Card, CardBody, CardTitle, Divider, Form, Title } from "@patternfly/react-core";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import { asProblem } from "../api/problem";
import logo from "../ui/logo.svg";
import { TextField } from "../ui/fields";
import { LanguageMenu, ThemeMenu } from "../ui/Preferences";
import { useProviders, useSignIn, type Asked } from "./queries";
import { SecondStep } from "./SecondStep";
import { SignInProblem } from "./SignInProblem";

const schema = z.object({ username: z.string().min(1), password: z.string().min(1) });

export function SignInPage() {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { username: "", password: "" } });
  useEffect(() => {
    document.title = `${t("signIn.title")} · ovirtlite`;
  }, [t]);
  const problem = signIn.error && asProblem(signIn.error);
  const asked = problem?.code === "second_factor_required" ? (problem.more as unknown as Asked) : null;

  return (
    <main className="ol-sign-in">
      <Card isLarge>
        <CardTitle>
          <Title headingLevel="h1" size="2xl">
            <span className="ol-brand">
              <img src={logo} alt="" width={32} height={32} /> ovirtlite
            </span>
          </Title>
          <p className="ol-quiet">{asked ? t("signIn.second", { name: form.getValues("username") }) : t("signIn.body")}</p>
        </CardTitle>
        <CardBody>
          {asked ? (
            <SecondStep
              asked={asked}
              onBack={() => {
                form.resetField("password");
                signIn.reset();
              }}
            />
          ) : (
            <>
              <Form onSubmit={(event) => void form.handleSubmit((who) => signIn.mutate(who))(event)} noValidate>
                {signIn.error ? <SignInProblem error={signIn.error} onOver={signIn.reset} /> : <Refusal />}
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
              <Providers />
            </>
          )}
        </CardBody>
      </Card>
      <div className="ol-sign-in-preferences">
        <LanguageMenu />
        <ThemeMenu />
      </div>
    </main>
  );
}

const REFUSALS = ["name_taken", "not_allowed", "closed", "too_many", "failed"];

/** Why somebody who has just come back from a provider is not in. */
function Refusal() {
  const { t } = useTranslation();
  const code = new URLSearchParams(window.location.search).get("sign_in_error");
  if (code === null) return null;
  return <Alert isInline variant="danger" title={t(`signIn.refusal.${REFUSALS.includes(code) ? code : "failed"}`)} aria-live="polite" />;
}

/** The provider's address, with the page to come out at. */
function leadingBack(url: string): string {
  const here = new URL(window.location.href);
  here.searchParams.delete("sign_in_error");
  const next = here.pathname + here.search;
  return next === "/" ? url : `${url}?next=${encodeURIComponent(next)}`;
}

/** Who else can say who one is. */
function Providers() {
  const { t } = useTranslation();
  const providers = useProviders();
  if (providers.length === 0) return null;
  return (
    <div className="ol-providers">
      <Divider />
      {providers.map((each) => (
        <Button key={each.id} variant="secondary" isBlock component="a" href={leadingBack(each.url)}>
          {t("signIn.with", { name: each.name })}
        </Button>
      ))}
    </div>
  );
}
