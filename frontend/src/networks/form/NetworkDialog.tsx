import { Button, Form, Grid, GridItem, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { Job, Plan } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { CodeToCopy } from "../../ui/CodeToCopy";
import { curlOf } from "../../ui/curl";
import { Folded } from "../../ui/Folded";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import type { NetworkOptions } from "../shapes";
import { useFieldErrors } from "./complaints";
import { answered, isAddressed, rangeIn, takesVlans, type NetworkForm } from "./form";
import { KindChoice } from "./KindChoice";
import { Questions } from "./Questions";
import { FixedAddresses, IPv6, Limits, Names, Running, Vlans } from "./sections";
import { PARTS, SUMMARY, type Part } from "./summaries";

type Wish = Record<string, unknown>;

interface NetworkDialogProps {
  title: string;
  submit: string;
  start: NetworkForm;
  hostName: string;
  /** A network that is there keeps its name, its host and its kind. */
  fresh: boolean;
  /** Above the rest: its name and its host. */
  head?: (form: ReturnType<typeof useForm<NetworkForm>>) => ReactNode;
  /** What there is on the host. */
  options?: NetworkOptions;
  /** Filled in once the host has said what is free there. */
  suggested?: Pick<NetworkForm, "address" | "start" | "end">;
  /** What would be sent; null where nothing is to be. */
  wishOf: (form: NetworkForm) => Wish | null;
  method: "POST" | "PATCH";
  path: string;
  plan: (wish: Wish) => Promise<Plan>;
  send: (wish: Wish) => Promise<Job>;
  onHost?: (host: string) => void;
  onClose: () => void;
}

/** What a network is, few questions first and the rest folded; beside it what would happen. */
export function NetworkDialog(props: NetworkDialogProps) {
  const { title, submit, start, hostName, fresh, head, options, suggested, wishOf, method, path, onHost, onClose } = props;
  const { t } = useTranslation();
  const id = useId();
  const form = useForm<NetworkForm>({ defaultValues: start });
  const values = useWatch({ control: form.control }) as NetworkForm;
  const addressed = isAddressed(values.kind);
  useSuggestions(form, values, suggested);
  const { host } = values;
  useEffect(() => onHost?.(host), [onHost, host]);

  const wish = answered(values) ? wishOf(values) : null;
  const request = useJobRequest(props.send);
  const plan = usePlan([path, method, start.name], request.isPending ? null : wish, props.plan);
  const error = request.error ?? plan.error;
  const { shown, rest } = useFieldErrors(form, error, plan.plan);
  const { errors } = form.formState;
  const bodies: Record<Part, ReactNode> = {
    fixed: addressed && values.dhcp && <FixedAddresses form={form} values={values} />,
    names: addressed && <Names form={form} values={values} />,
    ipv6: addressed && <IPv6 form={form} values={values} />,
    vlans: takesVlans(values.kind) && <Vlans form={form} values={values} />,
    limits: <Limits form={form} values={values} addressed={addressed} />,
    running: <Running form={form} values={values} addressed={addressed && fresh} fresh={fresh} />,
  };
  const troubled: Record<Part, boolean> = {
    fixed: Boolean(errors.fixed),
    names: Boolean(errors.domain ?? errors.forwarders ?? errors.records),
    ipv6: Boolean(errors.address6 ?? errors.start6 ?? errors.end6),
    vlans: Boolean(errors.vlan ?? errors.groups),
    limits: Boolean(errors.inbound ?? errors.outbound ?? errors.mtu ?? errors.isolation),
    running: addressed && Boolean(errors.bridge),
  };
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={title} labelId={`${id}-title`} />
      <ModalBody>
        <Grid hasGutter>
          <GridItem md={7}>
            <Form
              id={id}
              noValidate
              onSubmit={(event) => {
                event.preventDefault();
                if (wish && !request.isPending) request.mutate(wish, { onSuccess: onClose });
              }}
            >
              {head?.(form)}
              {fresh && <KindChoice form={form} chosen={values.kind} />}
              {values.kind !== "other" && <Questions form={form} values={values} hostName={hostName} options={options} />}
              <div>
                {PARTS.filter((part) => bodies[part]).map((part) => (
                  <Folded key={part} title={t(`network.part.${part}`)} summary={SUMMARY[part](values, t)} troubled={troubled[part]}>
                    {bodies[part]}
                  </Folded>
                ))}
              </div>
            </Form>
          </GridItem>
          <GridItem md={5}>
            <div className="ol-beside ol-stack">
              <h2 className="ol-plan-title">{t("plan.title")}</h2>
              {wish ? (
                <PlanView plan={rest} error={error} shownFields={shown} busy={plan.busy} />
              ) : (
                <p className="ol-quiet">{t(answered(values) ? "network.nothingChanged" : "network.planUnasked")}</p>
              )}
              {wish && <CodeToCopy title={t("creation.curl")} code={curlOf(window.location.origin, path, wish, method)} />}
            </div>
          </GridItem>
        </Grid>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form={id}
          variant="primary"
          isLoading={request.isPending}
          isDisabled={wish === null || request.isPending || (plan.current && (plan.error !== null || plan.plan?.allowed === false))}
        >
          {submit}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

type Suggested = Pick<NetworkForm, "address" | "start" | "end">;

/**
 * Puts what the host suggests where nothing was typed; the range follows the subnet as long as nobody chose another.
 * A network that is there has none suggested: nothing of it changes by itself.
 */
function useSuggestions({ setValue }: ReturnType<typeof useForm<NetworkForm>>, values: NetworkForm, suggested: Suggested | undefined): void {
  const put = useRef<Suggested>({ address: "", start: "", end: "" });
  const { address, start, end } = values;
  useEffect(() => {
    if (!suggested) return;
    const untouched = address === put.current.address;
    const range = untouched ? suggested : rangeIn(address);
    if (!range || start !== put.current.start || end !== put.current.end) return;
    const next = { address: untouched ? suggested.address : put.current.address, start: range.start, end: range.end };
    put.current = next;
    if (untouched) setValue("address", next.address);
    setValue("start", next.start);
    setValue("end", next.end);
  }, [suggested, address, start, end, setValue]);
}
