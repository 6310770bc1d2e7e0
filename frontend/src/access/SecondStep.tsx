import { ActionGroup, Button, Form, FormGroup, TextInput } from "@patternfly/react-core";
import { KeyIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";
import { KeyProblem } from "./account/KeyDialog";
import { askedAnew, useSecondStep, type Asked } from "./queries";
import { SignInProblem } from "./SignInProblem";
import { askKey, canUseKeys } from "./webauthn";

type Method = Asked["methods"][number];

/** After the right password: a code, a security key or a code on paper. */
export function SecondStep({ asked, onBack }: { asked: Asked; onBack: () => void }) {
  const { t } = useTranslation();
  const step = useSecondStep();
  const [options, setOptions] = useState(asked.webauthn);
  // A key that was made for another address of this page cannot answer here.
  const methods = asked.methods.filter((each) => each !== "webauthn" || (options !== null && canUseKeys()));
  const [method, setMethod] = useState<Method | undefined>(methods.includes("webauthn") ? "webauthn" : methods[0]);
  const [text, setText] = useState("");

  const change = (to: Method) => {
    step.reset();
    setText("");
    setMethod(to);
  };
  const send = () => {
    if (step.isPending) return;
    if (method === "webauthn" && options) {
      const renew = () =>
        askedAnew().then(
          (again) => setOptions(again.webauthn),
          () => undefined, // the next try is told what is wrong
        );
      step.mutate(async () => ({ webauthn: await askKey(options) }), { onError: () => void renew() });
    } else if (method !== "webauthn" && text.trim()) {
      step.mutate(async () => (method === "totp" ? { code: text } : { recovery_code: text }), { onError: () => setText("") });
    }
  };

  return (
    <Form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {step.error instanceof Problem ? <SignInProblem error={step.error} onOver={step.reset} /> : <KeyProblem error={step.error} />}
      {method === "webauthn" && <p>{t("signIn.keyBody")}</p>}
      {method === undefined && <p>{t("signIn.keyElsewhere")}</p>}
      {(method === "totp" || method === "recovery_code") && (
        <FormGroup label={t(method === "totp" ? "signIn.code" : "signIn.recoveryCode")} fieldId="second-step" isRequired>
          <TextInput
            key={method}
            id="second-step"
            className={method === "totp" ? "ol-one-time-code" : "ol-code"}
            inputMode={method === "totp" ? "numeric" : "text"}
            autoComplete={method === "totp" ? "one-time-code" : "off"}
            maxLength={method === "totp" ? 7 : 40}
            autoFocus
            isRequired
            value={text}
            onChange={(_event, value) => setText(value)}
          />
        </FormGroup>
      )}
      <ActionGroup className="ol-sign-in-ways">
        {method && (
          <Button type="submit" variant="primary" isBlock icon={method === "webauthn" ? <KeyIcon /> : undefined} isLoading={step.isPending} isDisabled={step.isPending}>
            {t(method === "webauthn" ? "signIn.useKey" : "signIn.submit")}
          </Button>
        )}
        {methods
          .filter((each) => each !== method)
          .map((each) => (
            <Button key={each} variant="link" isBlock onClick={() => change(each)}>
              {t(`signIn.by.${each}`)}
            </Button>
          ))}
        <Button variant="link" isBlock onClick={onBack}>
          {t("signIn.back")}
        </Button>
      </ActionGroup>
    </Form>
  );
}
