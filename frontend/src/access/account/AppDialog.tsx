import { ClipboardCopy, FormGroup, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useConfirmApp, type NewApp } from "./queries";

/** The picture and its text for an app; it counts once its first code was typed. */
export function AppDialog({ app, onAdded, onClose }: { app: NewApp; onAdded: (codes?: string[]) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const confirm = useConfirmApp();
  const [code, setCode] = useState("");
  return (
    <FormDialog
      title={t("account.app.title")}
      description={t("account.app.body")}
      submit={t("account.app.submit")}
      busy={confirm.isPending}
      disabled={code.replaceAll(" ", "").length !== 6}
      onSubmit={() => confirm.mutate(code, { onSuccess: (added) => onAdded(added.recovery_codes) })}
      onClose={onClose}
    >
      <ProblemAlert error={confirm.error} shownFields={["code"]} />
      <div className="ol-qr">
        <img src={`data:image/svg+xml,${encodeURIComponent(app.qr_svg)}`} alt={t("account.app.picture")} width={200} height={200} />
        <div>
          <p className="ol-quiet">{t("account.app.secret")}</p>
          <ClipboardCopy variant="inline-compact" isCode hoverTip={t("copy")} clickTip={t("copied")} className="ol-secret">
            {(app.secret.match(/.{1,4}/g) ?? []).join(" ")}
          </ClipboardCopy>
        </div>
      </div>
      <FormGroup label={t("signIn.code")} fieldId="app-code" isRequired>
        <TextInput
          id="app-code"
          className="ol-one-time-code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          autoFocus
          isRequired
          value={code}
          onChange={(_event, value) => setCode(value)}
        />
      </FormGroup>
    </FormDialog>
  );
}
