import { Alert, Checkbox, FormGroup } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { Plan } from "../../api/types";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { FactsSkeleton } from "../../ui/Facts";
import { TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { PlanView } from "../../ui/PlanView";
import { useComplaints } from "../../ui/useComplaints";
import { usePlan } from "../../ui/usePlan";
import { usePools } from "../queries";
import type { Pool } from "../shapes";

interface Wish {
  name: string;
  pools: string[];
}

const MOST = 100;

/** An administrator's word that pools of several hosts are one storage: nobody else can know that of a folder. */
export function ShareDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const form = useForm({ defaultValues: { name: pool.name } });
  const name = (useWatch({ control: form.control }).name ?? "").trim();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const query = usePools({ type: pool.type, limit: MOST, ordering: "host" });
  // Disks keep their paths when a machine moves, so only the same folder can be the same storage.
  const others = query.data?.results.filter(({ host, target }) => host.id !== pool.host.id && target === pool.target);
  const wish: Wish | null = name === "" || chosen.size === 0 ? null : { name, pools: [pool.id, ...chosen] };
  const share = useMutation({
    mutationFn: (asked: Wish) => api.post<unknown>("/shared-pools/", asked),
    onSuccess: () => client.invalidateQueries({ queryKey: ["pool"] }),
  });
  const { plan, error, busy, current } = usePlan(["share"], share.isPending ? null : wish, (asked) => api.post<Plan>("/shared-pools/", asked, { plan: 1 }));
  const shown = useComplaints(form, share.error ?? error);
  return (
    <FormDialog
      title={t("storage.share.title", { name: pool.name })}
      description={t("storage.share.body")}
      submit={t("storage.share.submit")}
      busy={share.isPending}
      disabled={wish === null || !current || plan?.allowed !== true}
      onSubmit={() => wish && share.mutate(wish, { onSuccess: onClose })}
      onClose={onClose}
    >
      {!others && <FactsSkeleton rows={2} />}
      {others?.length === 0 && <Alert isInline variant="info" title={t("storage.share.nobody", { target: pool.target })} />}
      {others && others.length > 0 && (
        <>
          <TextField form={form} name="name" label={t("name")} required autoComplete="off" />
          <FormGroup role="group" isStack label={t("storage.share.with")} fieldId="share-with">
            {others.map((other) => (
              <Checkbox
                key={other.id}
                id={`share-${other.id}`}
                label={t("storage.poolOn", { name: other.name, host: other.host.name })}
                isChecked={chosen.has(other.id)}
                onChange={(_event, wanted) => {
                  const after = new Set(chosen);
                  if (wanted) after.add(other.id);
                  else after.delete(other.id);
                  setChosen(after);
                }}
              />
            ))}
          </FormGroup>
        </>
      )}
      {wish && <PlanView plan={plan} error={share.error ?? error} shownFields={shown} busy={busy} />}
    </FormDialog>
  );
}

/** Take the word back. */
export function UnshareDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const unshare = useMutation({
    mutationFn: () => api.delete<unknown>(`/shared-pools/${pool.shared?.id ?? ""}/`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["pool"] }),
  });
  return (
    <ConfirmDialog
      title={t("storage.unshare.title", { name: pool.shared?.name ?? pool.name })}
      confirm={t("storage.action.unshare")}
      busy={unshare.isPending}
      error={unshare.error}
      onConfirm={() => unshare.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      {t("storage.unshare.body", { hosts: pool.shared?.hosts.map(({ name }) => name).join(", ") ?? "" })}
    </ConfirmDialog>
  );
}
