import { Alert, AlertActionLink, Button, Modal, ModalBody, ModalFooter, ModalHeader, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactCodeMirrorRef } from "@uiw/react-codemirror";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { DomainDetail, Plan } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { keys } from "../../live/keys";
import { PlanView } from "../../ui/PlanView";
import { goToLine, XMLCode } from "../../ui/XMLCode";
import { checkXML, planXML, saveXML } from "./queries";

interface XMLEditorProps {
  domain: DomainDetail;
  /** As the node has it now; it may change while somebody writes. */
  definition: string;
  version: string | null;
  onClose: () => void;
}

const OUTDATED = 412;

/** The line of which a complaint speaks, as libvirt and the schema check name it. */
function lineOf(problem: unknown, plan: Plan | undefined): number | null {
  const texts = [
    ...(problem ? [asProblem(problem).message, ...Object.values(asProblem(problem).errors).flat()] : []),
    ...(plan?.checks ?? []).filter((check) => !check.ok).map((check) => check.detail),
  ];
  for (const text of texts) {
    const found = /\bline (\d+)|:(\d+):/i.exec(text);
    if (found) return Number(found[1] ?? found[2]);
  }
  return null;
}

/** Change the definition by hand: checked first, saved only after its difference was seen, and never over another's change. */
export function XMLEditor({ domain, definition, version, onClose }: XMLEditorProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const editor = useRef<ReactCodeMirrorRef>(null);
  const [text, setText] = useState(definition);
  const [base, setBase] = useState({ definition, version });
  const [reviewing, setReviewing] = useState(false);
  const check = useMutation({ mutationFn: (xml: string) => checkXML(domain.id, xml) });
  const review = useMutation({ mutationFn: (xml: string) => planXML(domain.id, xml) });
  const save = useJobRequest((xml: string) => saveXML(domain.id, xml, base.version));
  const changed = text !== base.definition;
  const overtaken = definition !== base.definition;
  const stale = save.isError && asProblem(save.error).status === OUTDATED;
  const line = lineOf(check.error, check.data);

  const write = (next: string) => {
    setText(next);
    check.reset();
  };
  const startReview = () => {
    save.reset();
    review.mutate(text);
    setReviewing(true);
  };
  const takeTheirs = () => {
    setText(definition);
    setBase({ definition, version });
  };
  const submit = () =>
    save.mutate(text, {
      onSuccess: onClose,
      onError: (error) => {
        if (asProblem(error).status !== OUTDATED) return;
        void client.invalidateQueries({ queryKey: keys.one("domain", domain.id, "xml") });
        setReviewing(false);
      },
    });

  return (
    <div className="ol-stack">
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <Button variant="primary" isDisabled={!changed} onClick={startReview}>
              {t("xml.review")}
            </Button>
          </ToolbarItem>
          <ToolbarItem>
            <Button variant="secondary" isLoading={check.isPending} isDisabled={check.isPending} onClick={() => check.mutate(text)}>
              {t("xml.check")}
            </Button>
          </ToolbarItem>
          <ToolbarItem>
            <Button variant="link" onClick={onClose}>
              {t(changed ? "xml.discard" : "cancel")}
            </Button>
          </ToolbarItem>
          <ToolbarItem alignSelf="center" className="ol-quiet">
            {t("xml.editing")}
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {(overtaken || stale) && (
        <Alert
          isInline
          variant="warning"
          title={t("xml.overtaken")}
          actionLinks={
            <>
              <AlertActionLink onClick={takeTheirs}>{t("xml.takeTheirs")}</AlertActionLink>
              <AlertActionLink
                isDisabled={!overtaken}
                onClick={() => {
                  setBase({ definition, version });
                  startReview();
                }}
              >
                {t("xml.compareMine")}
              </AlertActionLink>
            </>
          }
        >
          {t("xml.overtakenBody")}
        </Alert>
      )}
      {(check.isError || check.data) && (
        <Alert
          isInline
          variant={check.data?.allowed ? "success" : "danger"}
          title={t(check.data?.allowed ? "xml.valid" : "xml.invalid")}
          aria-live="polite"
          actionLinks={
            line !== null && (
              <AlertActionLink onClick={() => editor.current?.view && goToLine(editor.current.view, line)}>
                {t("xml.goToLine", { line })}
              </AlertActionLink>
            )
          }
        >
          {check.isError
            ? [...new Set([...Object.values(asProblem(check.error).errors).flat(), asProblem(check.error).message])].map((sentence) => (
                <p key={sentence} className="ol-fact">{sentence}</p>
              ))
            : check.data?.checks.filter((each) => !each.ok).map((each) => <p key={each.code + each.detail} className="ol-fact">{each.detail}</p>)}
        </Alert>
      )}
      <XMLCode ref={editor} value={text} label={t("xml.editing")} onChange={write} />
      {reviewing && (
        <Modal isOpen variant="large" onClose={() => setReviewing(false)} aria-labelledby="review-title">
          <ModalHeader title={t("xml.reviewTitle", { name: domain.name })} description={t("xml.reviewBody")} labelId="review-title" />
          <ModalBody>
            <PlanView plan={review.data} error={save.error ?? review.error} busy={review.isPending} unfolded />
          </ModalBody>
          <ModalFooter>
            <Button
              variant="primary"
              isLoading={save.isPending}
              isDisabled={save.isPending || review.data?.allowed !== true}
              onClick={submit}
            >
              {t("save")}
            </Button>
            <Button variant="link" onClick={() => setReviewing(false)}>
              {t("xml.goOn")}
            </Button>
          </ModalFooter>
        </Modal>
      )}
    </div>
  );
}
