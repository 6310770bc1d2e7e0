import { Button, Form, FormGroup, FormSelect, FormSelectOption, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { DomainDetail } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { DiskSource } from "./DiskSource";
import { FieldsForm } from "./FieldsForm";
import { complete, valuesOf, wishOf, withFilters, type Value, type Values } from "./form";
import { InterfaceSource } from "./InterfaceSource";
import { kindOf, KINDS } from "./kinds";
import { addDevice, planAddition, useFilterNames } from "./queries";

type Wish = Record<string, unknown>;

// To people a drive is another thing than a disk; to libvirt it is a disk of another sort, on another bus.
const BUS: Readonly<Record<string, string>> = { disk: "virtio", cdrom: "sata", floppy: "fdc" };
const OFFERED = Object.keys(KINDS).flatMap((name) => (KINDS[name]?.add === undefined ? [] : name === "disk" ? Object.keys(BUS) : [name]));
const kindFor = (what: string) => (what in BUS ? "disk" : what);

function atFirst(what: string): Values {
  const kind = kindOf(kindFor(what));
  return { ...valuesOf(kind.fields, {}), ...kind.add, ...(what in BUS && { bus: BUS[what] }) };
}

/** One more device. What a disk or an interface is connected to is picked from what the host has. */
export function AddDialog({ domain, onClose }: { domain: DomainDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const [what, setWhat] = useState("disk");
  const kind = kindFor(what);
  const [values, setValues] = useState<Values>(() => atFirst("disk"));
  // What the parts of the dialog that know the host's storage and networks say; null while they lack something.
  const [source, setSource] = useState<Wish | null>(null);
  const filters = useFilterNames(domain.host.id);
  const fields = withFilters(kindOf(kind).fields, filters.data);
  const connected = kind === "disk" || kind === "interface";
  const wish = complete(fields, values) && (!connected || source !== null) ? { ...source, ...wishOf(fields, values) } : null;
  const request = useJobRequest((asked: Wish) => addDevice(domain.id, kind, asked));
  const plan = usePlan([domain.id, "add-device", kind], request.isPending ? null : wish, (asked) => planAddition(domain.id, kind, asked));
  const error = request.error ?? plan.error;
  const errors = error ? asProblem(error).errors : {};
  const shownFields = [...fields.map((field) => field.name), ...(connected ? ["pool", "capacity_bytes", "volume", "format", "network", "bridge"] : [])];
  const refused = plan.current && (plan.error !== null || plan.plan?.allowed === false);
  const change = (name: string, value: Value) => {
    request.reset();
    setValues((all) => ({ ...all, [name]: value }));
  };

  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="add-title" elementToFocus="#add-kind">
      <ModalHeader title={t("hardware.add.title", { name: domain.name })} labelId="add-title" />
      <ModalBody>
        <Form
          id="add-device"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (wish && !refused) request.mutate(wish, { onSuccess: onClose });
          }}
        >
          <FormGroup label={t("hardware.add.what")} fieldId="add-kind" isRequired>
            <FormSelect
              id="add-kind"
              value={what}
              onChange={(_event, next) => {
                request.reset();
                setWhat(next);
                setValues(atFirst(next));
                setSource(null);
              }}
            >
              {OFFERED.map((name) => (
                <FormSelectOption key={name} value={name} label={t(`hardware.kind.${name}`, { defaultValue: name })} />
              ))}
            </FormSelect>
          </FormGroup>
          {kind === "disk" && <DiskSource key={`source ${what}`} device={what} host={domain.host.id} errors={errors} onChange={setSource} />}
          {kind === "interface" && <InterfaceSource host={domain.host.id} errors={errors} onChange={setSource} />}
          <FieldsForm key={`fields ${what}`} kind={kind} fields={fields} values={values} errors={errors} onChange={change} adding />
          {wish && <PlanView plan={plan.plan} error={error} shownFields={shownFields} busy={plan.busy} />}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="add-device" variant="primary" isDisabled={wish === null || refused || request.isPending} isLoading={request.isPending}>
          {t("hardware.add.submit")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
