import { ActionGroup, Button, Card, CardBody, CardTitle, Form, FormGroup, TextInput, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "../../api/types";
import { ProblemAlert } from "../../ui/Problems";
import { setTheme, THEMES, useTheme } from "../../ui/theme";
import { useChangeMe } from "./queries";

/** What one is called, and how the pages look in this browser. */
export function ProfileCard({ me, onSaved }: { me: Me; onSaved: () => void }) {
  const { t } = useTranslation();
  const change = useChangeMe();
  const theme = useTheme();
  const [name, setName] = useState(me.name);
  return (
    <Card>
      <CardTitle component="h2">{t("account.profile.title")}</CardTitle>
      <CardBody>
        <Form
          className="ol-narrow-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate({ name: name.trim() }, { onSuccess: onSaved });
          }}
        >
          <ProblemAlert error={change.error} />
          <FormGroup label={t("signIn.username")}>
            <span className="ol-break">{me.username}</span> <span className="ol-quiet">{t(`account.source.${me.source}`)}</span>
          </FormGroup>
          <FormGroup label={t("account.profile.name")} fieldId="profile-name">
            <TextInput id="profile-name" autoComplete="name" maxLength={150} value={name} onChange={(_event, value) => setName(value)} />
          </FormGroup>
          <FormGroup label={t("theme.label")} role="group">
            <ToggleGroup aria-label={t("theme.label")}>
              {THEMES.map((each) => (
                <ToggleGroupItem key={each} buttonId={`theme-${each}`} text={t(`theme.${each}`)} isSelected={each === theme} onChange={() => setTheme(each)} />
              ))}
            </ToggleGroup>
          </FormGroup>
          <ActionGroup>
            <Button type="submit" variant="secondary" isLoading={change.isPending} isDisabled={change.isPending || name.trim() === me.name}>
              {t("account.profile.save")}
            </Button>
          </ActionGroup>
        </Form>
      </CardBody>
    </Card>
  );
}
