import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { DomainDetail } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { TextField } from "../../ui/fields";
import { ProblemAlert } from "../../ui/Problems";
import { typeText } from "./queries";

const LINES = 5;

/** Text as keystrokes: into a guest that has nothing but a keyboard. */
export function TypeDialog({ domain, onClose }: { domain: DomainDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { text: "" } });
  const request = useJobRequest((text: string) => typeText(domain.id, text));
  const submit = ({ text }: { text: string }) =>
    request.mutate(text, {
      onSuccess: onClose,
      onError: (error) => {
        const sentences = asProblem(error).errors.text;
        if (sentences) form.setError("text", { message: sentences.join(" ") });
      },
    });
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="type-title">
      <ModalHeader title={t("guest.type.title", { name: domain.name })} description={t("guest.type.body")} labelId="type-title" />
      <ModalBody>
        <Form id="type" noValidate onSubmit={(event) => void form.handleSubmit(submit)(event)}>
          <ProblemAlert error={request.error} shownFields={["text"]} />
          <TextField form={form} name="text" label={t("guest.type.text")} lines={LINES} autoFocus required code />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="type" variant="primary" isLoading={request.isPending} isDisabled={request.isPending}>
          {t("guest.type.button")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
