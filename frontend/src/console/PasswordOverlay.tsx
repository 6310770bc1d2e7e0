import { Button, Card, CardBody, Form, FormGroup, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** The screen's own password, where somebody has set one that the hypervisor does not tell. */
export function PasswordOverlay({ onPassword }: { onPassword: (password: string) => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  return (
    <div className="ol-screen-overlay">
      <Card>
        <CardBody>
          <Form
            onSubmit={(event) => {
              event.preventDefault();
              onPassword(password);
            }}
          >
            <FormGroup label={t("console.password")} fieldId="console-password">
              <TextInput
                id="console-password"
                type="password"
                autoComplete="off"
                autoFocus
                value={password}
                onChange={(_event, value) => setPassword(value)}
              />
            </FormGroup>
            <Button type="submit">{t("console.open")}</Button>
          </Form>
        </CardBody>
      </Card>
    </div>
  );
}
