import { Alert, Checkbox, FormGroup, Radio, Skeleton } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { Domain } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { TextField } from "../../ui/fields";
import { ProblemAlert } from "../../ui/Problems";
import { usePlan } from "../../ui/usePlan";
import { planDeletion, remove, useWholeDeletion, type Deletion } from "./copies";
import { FormDialog } from "../../ui/FormDialog";

const DISK = "disk:";

/** What goes with a domain, and whether it can be had back. Names exactly what is lost. */
export function DeleteDialog({ domain, onClose, onDeleted }: { domain: Domain; onClose: () => void; onDeleted?: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ defaultValues: { typed: "" } });
  const typed = useWatch({ control: form.control, name: "typed" });
  const whole = useWholeDeletion(domain.id);
  const disks = (whole.data?.changes ?? []).filter(({ path }) => path.startsWith(DISK)).map(({ path, before }) => ({ target: path.slice(DISK.length), source: before }));
  const staying = (whole.data?.checks ?? []).filter(({ code, ok }) => ok && code !== "state" && code !== "volume");
  const [permanent, setPermanent] = useState(false);
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const going = disks.filter(({ target }) => !kept.has(target));
  const deletion: Deletion = { volumes: going.map(({ target }) => target), permanent };

  const request = useJobRequest((wish: Deletion) => remove(domain.id, wish));
  const { plan, error, current } = usePlan(["deletion", domain.id], whole.isPending || request.isPending ? null : deletion, (wish) => planDeletion(domain.id, wish));
  const obstacles = (plan?.checks ?? []).filter(({ ok }) => !ok);
  const named = !permanent || typed === domain.name;
  const change = (target: string, goes: boolean) => {
    const after = new Set(kept);
    if (goes) after.delete(target);
    else after.add(target);
    setKept(after);
  };
  return (
    <FormDialog
      title={t("delete.title", { name: domain.name })}
      submit={t(permanent ? "delete.forGood" : "delete.submit")}
      danger
      busy={request.isPending}
      disabled={!named || !current || plan?.allowed !== true}
      onSubmit={() =>
        request.mutate(deletion, {
          onSuccess: () => {
            onClose();
            onDeleted?.();
          },
        })
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error ?? error ?? whole.error} />
      {obstacles.map(({ code, detail }) => (
        <Alert key={code + detail} isInline variant="danger" title={detail} />
      ))}
      <FormGroup role="radiogroup" isStack label={t("delete.how")}>
        <Radio id="delete-bin" name="how" label={t("delete.bin")} description={t("delete.binBody")} isChecked={!permanent} onChange={() => setPermanent(false)} />
        <Radio id="delete-permanent" name="how" label={t("delete.permanent")} description={t("delete.permanentBody")} isChecked={permanent} onChange={() => setPermanent(true)} />
      </FormGroup>
      {whole.isPending && <Skeleton width="60%" screenreaderText={t("loading")} />}
      {disks.length > 0 && (
        <FormGroup role="group" isStack label={t("delete.disks")}>
          {disks.map(({ target, source }) => (
            <Checkbox
              key={target}
              id={`delete-${target}`}
              label={
                <>
                  {target} <code className="ol-break">{source}</code>
                </>
              }
              isChecked={!kept.has(target)}
              onChange={(_event, goes) => change(target, goes)}
            />
          ))}
        </FormGroup>
      )}
      {whole.data && (
        <div className="ol-stack">
          <p>{lost(going.length, permanent, domain, t)}</p>
          {staying.map(({ code, detail }) => (
            <p key={code + detail} className="ol-quiet">
              {detail}
            </p>
          ))}
        </div>
      )}
      {permanent && <TextField form={form} name="typed" label={t("delete.type", { name: domain.name })} autoComplete="off" required code />}
    </FormDialog>
  );
}

function lost(count: number, permanent: boolean, { name, host }: Domain, t: ReturnType<typeof useTranslation>["t"]): string {
  if (!permanent) return t(count > 0 ? "delete.lostLater" : "delete.lostNothing", { name, count });
  return t(count > 0 ? "delete.lostDisks" : "delete.lostDefinition", { name, count, host: host.name });
}
