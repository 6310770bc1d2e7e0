import { ClipboardCopyButton, CodeBlock, CodeBlockAction, CodeBlockCode, ExpandableSection } from "@patternfly/react-core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

/** Folded behind its title: a text that one takes along. */
export function CodeToCopy({ title, code }: { title: string; code: string }) {
  const { t } = useTranslation();
  const id = useId();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(code);
    setCopied(true);
  };
  return (
    <ExpandableSection toggleText={title} isIndented>
      <CodeBlock
        actions={
          <CodeBlockAction>
            <ClipboardCopyButton id={id} aria-label={t("copy")} variant="plain" onClick={copy} onTooltipHidden={() => setCopied(false)}>
              {t(copied ? "copied" : "copy")}
            </ClipboardCopyButton>
          </CodeBlockAction>
        }
        className="ol-code-beside"
      >
        <CodeBlockCode>{code}</CodeBlockCode>
      </CodeBlock>
    </ExpandableSection>
  );
}
