import { Alert, Button, Checkbox, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { CopyIcon, DownloadIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Shown once: nobody leaves without having said that they are kept. */
export function RecoveryCodesDialog({ codes, username, onClose }: { codes: readonly string[]; username: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [kept, setKept] = useState(false);
  const [copied, setCopied] = useState(false);
  const text = `${codes.join("\n")}\n`;
  const save = () => {
    const address = URL.createObjectURL(new Blob([`${t("account.codes.file", { name: username, host: window.location.host })}\n\n${text}`], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `ovirtlite-${username}.txt`;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Modal isOpen variant="small" aria-labelledby="codes-title" aria-describedby="codes-body">
      <ModalHeader title={t("account.codes.title")} labelId="codes-title" />
      <ModalBody id="codes-body">
        <div className="ol-stack">
          <p>{t("account.codes.body")}</p>
          <ol className="ol-recovery-codes" aria-label={t("account.codes.title")}>
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ol>
          <div className="ol-actions">
            <Button variant="secondary" icon={<DownloadIcon />} onClick={save}>
              {t("account.codes.download")}
            </Button>
            {navigator.clipboard && (
              <Button variant="secondary" icon={<CopyIcon />} onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
                {t(copied ? "copied" : "copy")}
              </Button>
            )}
          </div>
          <Alert isInline isPlain variant="warning" title={t("account.codes.once")} />
        </div>
      </ModalBody>
      {/* In sight however short the window is: without it one cannot go on. */}
      <ModalFooter className="ol-foot">
        <Checkbox id="codes-kept" label={t("account.codes.kept")} isChecked={kept} onChange={(_event, checked) => setKept(checked)} />
        <Button onClick={onClose} isDisabled={!kept}>
          {t("account.codes.done")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
