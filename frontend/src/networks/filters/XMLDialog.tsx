import { Button, HelperText, HelperTextItem, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Plan } from "../../api/types";
import { PlanView } from "../../ui/PlanView";
import { XMLCode } from "../../ui/XMLCode";

interface XMLDialogProps {
  title: string;
  description?: string;
  submit: string;
  text: string | null;
  onText: (text: string) => void;
  complaint?: string;
  plan: Plan | undefined;
  error: unknown;
  /** There is something to say what would happen to. */
  asked: boolean;
  busy: boolean;
  pending: boolean;
  disabled: boolean;
  children?: ReactNode;
  onSubmit: () => void;
  onClose: () => void;
}

/** A document to write, with what would come of it below. No text: the document is made by the server. */
export function XMLDialog({ title, description, submit, text, onText, complaint, plan, error, asked, busy, pending, disabled, children, onSubmit, onClose }: XMLDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="filter-edit-title">
      <ModalHeader title={title} description={description} labelId="filter-edit-title" />
      <ModalBody>
        <div className="ol-stack">
          {children}
          {text !== null && <XMLCode value={text} label={t("tab.xml")} onChange={onText} />}
          {complaint && (
            <HelperText>
              <HelperTextItem variant="error">{complaint}</HelperTextItem>
            </HelperText>
          )}
          {asked && <PlanView plan={plan} error={error} shownFields={["xml", "name", "host"]} busy={busy} />}
        </div>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" isLoading={pending} isDisabled={pending || disabled} onClick={onSubmit}>
          {submit}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
