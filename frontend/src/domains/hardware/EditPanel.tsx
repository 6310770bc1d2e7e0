import {
  Button,
  DrawerActions,
  DrawerCloseButton,
  DrawerHead,
  DrawerPanelBody,
  DrawerPanelContent,
  Form,
  Icon,
  Title,
} from "@patternfly/react-core";
import { useEffect, useRef, useState, type ComponentType, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { Plan } from "../../api/types";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { FieldsForm } from "./FieldsForm";
import { changesOf, complete, valuesOf, type Field, type Thing } from "./form";
import { useChange, type Done } from "./useChange";

type Wish = Record<string, unknown>;

interface EditPanelProps {
  title: string;
  icon: ComponentType;
  kind: string;
  fields: readonly Field[];
  thing: Thing;
  /** What names the thing in a query's key. */
  of: readonly unknown[];
  mayEdit: boolean;
  plan: (wish: Wish) => Promise<Plan>;
  save: (wish: Wish) => Promise<Done>;
  onClose: () => void;
  /** Above the form: what cannot be changed. */
  children?: ReactNode;
}

/** Change one device or one group of settings: what it would do shows as one types, before anything is done. */
export function EditPanel({ title, icon: Picture, kind, fields, thing, of, mayEdit, plan: ask, save, onClose, children }: EditPanelProps) {
  const { t } = useTranslation();
  const head = useRef<HTMLSpanElement>(null);
  useEffect(() => head.current?.focus(), []);
  // What it was when the form opened: what others change meanwhile is not overwritten by what nobody touched.
  const [before] = useState(() => valuesOf(fields, thing));
  const [values, setValues] = useState(before);
  const request = useChange(save);
  const wish = changesOf(fields, before, values, thing);
  const plan = usePlan(["edit", ...of], request.isPending ? null : wish, ask);
  const error = request.error ?? plan.error;
  const errors = error ? asProblem(error).errors : {};
  const shownFields = fields.map((field) => field.name);
  const ready = wish !== null && complete(fields, values) && !(plan.current && (plan.error !== null || plan.plan?.allowed === false));
  return (
    <DrawerPanelContent
      className="ol-edit-panel"
      minSize="22rem"
      defaultSize="30rem"
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <DrawerHead>
        <span tabIndex={-1} ref={head}>
          <Title headingLevel="h2" size="lg" className="ol-name">
            <Icon isInline>
              <Picture />
            </Icon>{" "}
            {title}
          </Title>
        </span>
        <DrawerActions>
          <DrawerCloseButton onClose={onClose} aria-label={t("close")} />
        </DrawerActions>
      </DrawerHead>
      <DrawerPanelBody>
        {children}
        {fields.length === 0 ? (
          <p className="ol-quiet">{t("hardware.onlyXML")}</p>
        ) : (
          <Form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              if (wish && ready && mayEdit) request.mutate(wish, { onSuccess: onClose });
            }}
          >
            <FieldsForm
              kind={kind}
              fields={fields}
              values={values}
              errors={errors}
              onChange={(name, value) => {
                request.reset();
                setValues((all) => ({ ...all, [name]: value }));
              }}
            />
            <div className="ol-edit-end">
              {wish && <PlanView plan={plan.plan} error={error} shownFields={shownFields} busy={plan.busy} />}
              <div className="ol-buttons">
                <Button type="submit" variant="primary" isDisabled={!mayEdit || !ready || request.isPending} isLoading={request.isPending}>
                  {t("save")}
                </Button>
                <Button variant="link" onClick={onClose}>
                  {t("cancel")}
                </Button>
              </div>
            </div>
          </Form>
        )}
      </DrawerPanelBody>
    </DrawerPanelContent>
  );
}
