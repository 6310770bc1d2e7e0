import { Button, Checkbox, ExpandableSection, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, Switch } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { DomainDetail, SnapshotWish } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { TextField } from "../../ui/fields";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { planTake, take } from "./queries";
import { freeName } from "./tree";

const ACTIVE = ["running", "blocked", "paused"];
const FIELDS = ["name", "description"];

interface TakeForm {
  name: string;
  description: string;
}

/** Keep the state as it is now. Asks for a name alone: what it holds has defaults that work. */
export function TakeDialog({ domain, taken, onClose }: { domain: DomainDetail; taken: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const active = ACTIVE.includes(domain.state);
  const targets = domain.disks.filter((disk) => disk.device === "disk" && !disk.readonly).map((disk) => disk.target);
  const form = useForm<TakeForm>({ defaultValues: { name: freeName(new Date(), taken), description: "" } });
  const [memory, setMemory] = useState(active);
  const [quiesce, setQuiesce] = useState(false);
  const [external, setExternal] = useState(false);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const { name, description } = useWatch({ control: form.control });
  const wish: SnapshotWish = {
    name: name?.trim() ?? "",
    description: description?.trim() ?? "",
    memory: active && memory,
    ...(left.size > 0 && { disks: targets.filter((target) => !left.has(target)) }),
    quiesce: active && !memory && quiesce,
    ...(external && { external }),
  };
  const request = useJobRequest((asked: SnapshotWish) => take(domain.id, asked));
  const plan = usePlan([domain.id, "snapshot"], request.isPending || wish.name === "" ? null : wish, (asked) => planTake(domain.id, asked));
  const submit = () =>
    request.mutate(wish, {
      onSuccess: onClose,
      onError: (error) => {
        for (const [field, sentences] of Object.entries(asProblem(error).errors)) {
          if (FIELDS.includes(field)) form.setError(field as keyof TakeForm, { message: sentences.join(" ") });
        }
      },
    });
  const summary = [
    left.size === 0 ? t("snapshot.take.allDisks") : targets.filter((target) => !left.has(target)).join(", ") || t("snapshot.noDisks"),
    external && t("snapshot.external"),
  ].filter(Boolean);
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="snapshot-title">
      <ModalHeader title={t("snapshot.take.title", { name: domain.name })} description={t("snapshot.take.body")} labelId="snapshot-title" />
      <ModalBody>
        <Form id="snapshot" noValidate onSubmit={(event) => void form.handleSubmit(submit)(event)}>
          <TextField form={form} name="name" label={t("name")} required autoFocus />
          <TextField form={form} name="description" label={t("snapshot.description")} help={t("snapshot.take.descriptionHelp")} lines={2} />
          {active && (
            <Switch
              id="snapshot-memory"
              label={t("snapshot.take.memory")}
              isChecked={memory}
              onChange={(_event, wanted) => setMemory(wanted)}
            />
          )}
          {active && !memory && (
            <Switch
              id="snapshot-quiesce"
              label={t("snapshot.take.quiesce")}
              isChecked={quiesce}
              onChange={(_event, wanted) => setQuiesce(wanted)}
            />
          )}
          <ExpandableSection
            toggleContent={
              <>
                {t("snapshot.take.more")} <span className="ol-quiet">{summary.join(" · ")}</span>
              </>
            }
            isIndented
          >
            <div className="ol-stack">
              {targets.length > 0 && (
                <FormGroup role="group" label={t("domain.disks")} fieldId="snapshot-disks">
                  {targets.map((target) => (
                    <Checkbox
                      key={target}
                      id={`snapshot-disk-${target}`}
                      label={target}
                      isChecked={!left.has(target)}
                      onChange={(_event, wanted) => {
                        const next = new Set(left);
                        if (wanted) next.delete(target);
                        else next.add(target);
                        setLeft(next);
                      }}
                    />
                  ))}
                </FormGroup>
              )}
              <Switch
                id="snapshot-external"
                label={t("snapshot.take.external")}
                isChecked={external}
                onChange={(_event, wanted) => setExternal(wanted)}
              />
            </div>
          </ExpandableSection>
          <PlanView plan={plan.plan} error={request.error ?? plan.error} shownFields={request.error ? FIELDS : []} busy={plan.busy} />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="snapshot"
          variant="primary"
          isLoading={request.isPending}
          isDisabled={request.isPending || wish.name === "" || (plan.current && plan.plan?.allowed === false)}
        >
          {t("snapshot.take.button")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
