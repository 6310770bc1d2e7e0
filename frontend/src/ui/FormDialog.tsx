import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface FormDialogProps {
  title: string;
  description?: string;
  submit: string;
  busy: boolean;
  /** Known already: it would be refused, or too little is answered. */
  disabled?: boolean;
  danger?: boolean;
  /** There is much to see in it. */
  wide?: boolean;
  children: ReactNode;
  onSubmit: () => void;
  onClose: () => void;
}

/** A few questions before something is asked of the server. */
export function FormDialog({ title, description, submit, busy, disabled = false, danger = false, wide = false, children, onSubmit, onClose }: FormDialogProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Modal isOpen variant={wide ? "large" : "small"} onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={title} description={description} labelId={`${id}-title`} titleIconVariant={danger ? "warning" : undefined} />
      <ModalBody>
        <Form
          id={id}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy && !disabled) onSubmit();
          }}
        >
          {children}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={id} variant={danger ? "danger" : "primary"} isLoading={busy} isDisabled={busy || disabled}>
          {submit}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
