import { Button } from "@patternfly/react-core";
import { CopyIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { Job, Plan } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { SelectField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { PlanView } from "../../ui/PlanView";
import { useComplaints } from "../../ui/useComplaints";
import { usePlan } from "../../ui/usePlan";
import { usePoolsOf } from "../actions/copies";
import { elsewhere, type Image } from "./library";

const MOST = 5;

/** What the library has on other hosts, to be copied to this one. */
export function LibraryOffer({ images, host }: { images: readonly Image[]; host: string }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Image | null>(null);
  const found = host === "" ? [] : elsewhere(images, host);
  if (found.length === 0) return null;
  return (
    <div className="ol-actions">
      <span className="ol-quiet">{t("creation.elsewhere")}</span>
      {found.slice(0, MOST).map((image) => (
        <Button key={image.id} variant="link" isInline icon={<CopyIcon />} onClick={() => setAsked(image)}>
          {t("creation.copyHere", { name: image.name })}
        </Button>
      ))}
      {asked && <CopyHereDialog image={asked} host={host} onClose={() => setAsked(null)} />}
    </div>
  );
}

function CopyHereDialog({ image, host, onClose }: { image: Image; host: string; onClose: () => void }) {
  const { t } = useTranslation();
  const pools = usePoolsOf(host);
  const form = useForm({ defaultValues: { pool: "" } });
  const picked = useWatch({ control: form.control }).pool ?? "";
  const pool = picked || (pools.data?.length === 1 ? (pools.data[0]?.id ?? "") : "");
  const path = `/images/${image.id}/copy/`;
  const request = useJobRequest((wish: { pool: string }) => api.post<Job>(path, wish));
  const { plan, error, busy, current } = usePlan([path], pool === "" || request.isPending ? null : { pool }, (wish) => api.post<Plan>(path, wish, { plan: 1 }));
  const shown = useComplaints(form, request.error ?? error);
  return (
    <FormDialog
      title={t("image.copyTitle", { name: image.name })}
      description={t("creation.copyHereBody")}
      submit={t("image.copySubmit")}
      busy={request.isPending}
      disabled={pool === "" || !current || plan?.allowed !== true}
      onSubmit={() => request.mutate({ pool }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <SelectField
        form={form}
        name="pool"
        label={t("pool.one")}
        required
        options={[...(pools.data?.length === 1 ? [] : [{ value: "", label: t("storage.choosePool") }]), ...(pools.data ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
      />
      {pool !== "" && <PlanView plan={plan && { ...plan, changes: [] }} error={request.error ?? error} shownFields={shown} busy={busy} />}
    </FormDialog>
  );
}
