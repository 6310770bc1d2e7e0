import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextArea } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

const LINES = 6;

/** Text for a guest that has no clipboard: it is typed key by key. */
export function PasteDialog({ onType, onClose }: { onType: (text: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  return (
    <Modal elementToFocus="#paste-text" isOpen variant="small" onClose={onClose} aria-labelledby="paste-title" appendTo={() => document.fullscreenElement as HTMLElement ?? document.body}>
      <ModalHeader title={t("console.paste")} description={t("console.pasteBody")} labelId="paste-title" />
      <ModalBody>
        <Form
          id="paste"
          onSubmit={(event) => {
            event.preventDefault();
            onType(text);
            onClose();
          }}
        >
          <FormGroup label={t("console.text")} fieldId="paste-text">
            <TextArea id="paste-text" rows={LINES} value={text} onChange={(_event, value) => setText(value)} spellCheck={false} className="ol-code" />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="paste" isDisabled={text === ""}>
          {t("console.typeIt")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
