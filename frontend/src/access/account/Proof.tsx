import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from "@patternfly/react-core";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import { ProblemAlert } from "../../ui/Problems";
import { useSignOut } from "../queries";
import { useProve } from "./queries";

const ASKS = ["confirm_password", "sign_in_again"];

/** What the server says of a missing proof is not shown as an error: it is asked for. */
export function withoutAsking(error: unknown): unknown {
  return error && !ASKS.includes(asProblem(error).code) ? error : null;
}

/**
 * What asks for a fresh proof of who one is. `attempt` does it; where the server wants the password first, the dialog
 * asks for it and then does it again. Other refusals are those of the mutation, which shows them.
 */
export function useProof(): { attempt: (act: () => Promise<unknown>) => void; dialog: ReactNode } {
  const [waiting, setWaiting] = useState<{ act: () => Promise<unknown>; code: string } | null>(null);
  const attempt = (act: () => Promise<unknown>) => {
    act().catch((error: unknown) => {
      const { code } = asProblem(error);
      if (ASKS.includes(code)) setWaiting({ act, code });
    });
  };
  const close = () => setWaiting(null);
  const dialog =
    waiting &&
    (waiting.code === "confirm_password" ? (
      <PasswordDialog
        onClose={close}
        onProved={() => {
          close();
          attempt(waiting.act);
        }}
      />
    ) : (
      <SignInAgainDialog onClose={close} />
    ));
  return { attempt, dialog };
}

function PasswordDialog({ onProved, onClose }: { onProved: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const prove = useProve();
  const [password, setPassword] = useState("");
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="proof-title">
      <ModalHeader title={t("account.proof.title")} description={t("account.proof.body")} labelId="proof-title" />
      <ModalBody>
        <Form
          id="proof"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (password && !prove.isPending) prove.mutate(password, { onSuccess: onProved });
          }}
        >
          <ProblemAlert error={prove.error} shownFields={["password"]} />
          <FormGroup label={t("signIn.password")} fieldId="proof-password" isRequired>
            <TextInput
              id="proof-password"
              type="password"
              autoComplete="current-password"
              autoFocus
              isRequired
              value={password}
              onChange={(_event, value) => setPassword(value)}
            />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="proof" isLoading={prove.isPending} isDisabled={!password || prove.isPending}>
          {t("account.proof.submit")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function SignInAgainDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="again-title">
      <ModalHeader title={t("account.proof.again")} labelId="again-title" />
      <ModalBody>{t("account.proof.againBody")}</ModalBody>
      <ModalFooter>
        <Button onClick={() => signOut.mutate()} isLoading={signOut.isPending}>
          {t("account.signOut")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
