import { Alert, FormGroup, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../../api/problem";
import { Help } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { canUseKeys } from "../webauthn";
import { useProof, withoutAsking } from "./Proof";
import { useAddKey } from "./queries";

/** A name for the key; then the browser asks for it. */
export function KeyDialog({ onAdded, onClose }: { onAdded: (codes?: string[]) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const add = useAddKey();
  const { attempt, dialog } = useProof();
  const [name, setName] = useState("");
  const able = canUseKeys();
  if (dialog) return dialog;
  return (
    <FormDialog
      title={t("account.key.title")}
      submit={t("account.key.submit")}
      busy={add.isPending}
      disabled={!able || name.trim() === ""}
      onSubmit={() => attempt(async () => onAdded((await add.mutateAsync(name.trim())).recovery_codes))}
      onClose={onClose}
    >
      {!able && (
        <Alert isInline variant="warning" title={t("account.key.unable")}>
          {t("account.key.unableBody")}
        </Alert>
      )}
      <KeyProblem error={withoutAsking(add.error)} />
      <FormGroup label={t("name")} fieldId="key-name" isRequired>
        <TextInput id="key-name" autoFocus isRequired maxLength={100} isDisabled={!able} value={name} onChange={(_event, value) => setName(value)} />
        <Help id="key-name-help" help={t("account.key.nameHelp")} />
      </FormGroup>
    </FormDialog>
  );
}

/** The server's refusal, or in our words that the browser's own dialog was left without an answer. */
export function KeyProblem({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!error) return null;
  if (error instanceof Problem) return <ProblemAlert error={error} />;
  const known = error instanceof DOMException && error.name === "InvalidStateError";
  return <Alert isInline variant="warning" title={t(known ? "account.key.known" : "account.key.noAnswer")} />;
}
