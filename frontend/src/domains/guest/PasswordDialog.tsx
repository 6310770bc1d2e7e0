import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { DomainDetail } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { TextField } from "../../ui/fields";
import { ProblemAlert } from "../../ui/Problems";
import { setPassword } from "./queries";

interface PasswordForm {
  user: string;
  password: string;
}

const FIELDS = ["user", "password"] as const;

/** A new password for somebody inside, set by the agent. */
export function PasswordDialog({ domain, users, onClose }: { domain: DomainDetail; users: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm<PasswordForm>({ defaultValues: { user: users[0] ?? "root", password: "" } });
  const request = useJobRequest((wish: PasswordForm) => setPassword(domain.id, wish));
  const submit = (wish: PasswordForm) =>
    request.mutate(wish, {
      onSuccess: onClose,
      onError: (error) => {
        for (const field of FIELDS) {
          const sentences = asProblem(error).errors[field];
          if (sentences) form.setError(field, { message: sentences.join(" ") });
        }
      },
    });
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="password-title">
      <ModalHeader title={t("guest.password.title", { name: domain.name })} description={t("guest.password.body")} labelId="password-title" />
      <ModalBody>
        <Form id="password" noValidate onSubmit={(event) => void form.handleSubmit(submit)(event)}>
          <ProblemAlert error={request.error} shownFields={FIELDS} />
          <TextField form={form} name="user" label={t("guest.password.user")} autoComplete="off" required />
          <TextField form={form} name="password" label={t("guest.password.password")} type="password" autoComplete="new-password" required autoFocus />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="password" variant="primary" isLoading={request.isPending} isDisabled={request.isPending}>
          {t("guest.password.button")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
