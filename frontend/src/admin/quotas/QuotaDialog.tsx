import { FormGroup, Radio, Switch, TextInput } from "@patternfly/react-core";
import { useId, useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access/queries";
import { asProblem } from "../../api/problem";
import { BytesInput } from "../../ui/BytesInput";
import { Combobox } from "../../ui/Combobox";
import { Help } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import { saving, useAccountChange, useAllGroups, useAllUsers, useObjects } from "../queries";
import type { Quota } from "../shapes";
import { isSize, limitsOf, limitValue, quotaLimits, RESOURCES, type Limit, type Resource } from "./quotaForm";

/** How much somebody may use, everywhere or in one cluster. */
export function QuotaDialog({ quota, user, group, onClose }: { quota?: Quota; user?: string; group?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const mayPeople = useMay("user.manage");
  const chooses = !quota && !user && !group;
  const users = useAllUsers(mayPeople && chooses);
  const groups = useAllGroups(mayPeople && chooses);
  const mayClusters = useMay("cluster.read");
  const clusters = useObjects(mayClusters && !quota ? "cluster" : "", "");
  const [limits, setLimits] = useState(limitsOf(quota));
  const form = useForm({ defaultValues: { to: group ? "group" : "user", user: user ?? "", group: group ?? "", cluster: "" } });
  const { to = "user", user: whose = "", group: ofGroup = "", cluster = "" } = useWatch({ control: form.control });
  const sent = quotaLimits(limits);
  const whom = to === "cluster" ? { cluster } : to === "group" ? { group: ofGroup } : { user: whose };
  const request = useAccountChange(saving<Record<string, unknown>>("/quotas/", quota?.id));
  const shown = useComplaints(form, request.error);
  const complaints = request.error ? asProblem(request.error).errors : {};
  const name = (quota?.user ?? quota?.group ?? quota?.cluster)?.name ?? "";
  return (
    <FormDialog
      title={quota ? t("admin.quotas.editTitle", { name }) : t("admin.quotas.create")}
      submit={t(quota ? "save" : "admin.quotas.create")}
      busy={request.isPending}
      disabled={sent === undefined || (!quota && !Object.values(whom)[0])}
      onSubmit={() => sent && request.mutate(quota ? sent : { ...whom, ...(cluster && { cluster }), ...sent }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <ProblemAlert error={request.error} shownFields={[...shown, ...RESOURCES]} />
      {chooses && (
        <>
          <FormGroup role="radiogroup" isInline label={t("admin.quotas.whose")}>
            {(["user", "group", ...(clusters.data?.length ? ["cluster"] : [])]).map((kind) => (
              <Radio key={kind} id={`quota-of-${kind}`} name="to" label={t(`kind.${kind}`)} isChecked={to === kind} onChange={() => form.setValue("to", kind)} />
            ))}
          </FormGroup>
          {to === "cluster" ? null : to === "group" ? (
            <Combobox form={form} name="group" label={t("kind.group")} help={t("admin.quotas.groupHelp")} required choices={(groups.data ?? []).map(({ id, name: label }) => ({ value: id, label }))} busy={groups.isFetching} none={t("admin.groups.none")} placeholder={t("admin.grants.byName")} />
          ) : (
            <Combobox form={form} name="user" label={t("kind.user")} required choices={(users.data ?? []).map(({ id, username, name: called }) => ({ value: id, label: username, description: called || undefined }))} busy={users.isFetching} none={t("admin.users.none")} placeholder={t("admin.grants.byName")} />
          )}
        </>
      )}
      {!quota && (clusters.data?.length ?? 0) > 0 && (
        <Combobox form={form} name="cluster" label={t("cluster")} help={t(to === "cluster" ? "admin.quotas.wholeCluster" : "admin.quotas.clusterHelp")} required={to === "cluster"} choices={(clusters.data ?? []).map(({ id, name: label }) => ({ value: id, label }))} none={t("table.nothing")} placeholder={t(to === "cluster" ? "admin.grants.byName" : "admin.quotas.allClusters")} />
      )}
      {RESOURCES.map((resource) => (
        <LimitField key={resource} resource={resource} limit={limits[resource]} complaint={complaints[resource]?.join(" ")} onChange={(limit) => setLimits({ ...limits, [resource]: limit })} />
      ))}
    </FormDialog>
  );
}

/** A limit and the switch that lifts it. */
function LimitField({ resource, limit, complaint, onChange }: { resource: Resource; limit: Limit; complaint?: string; onChange: (limit: Limit) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const label = t(`admin.quotas.resource.${resource}`);
  const wrong = limit.limited && limitValue(resource, limit.text) === null;
  const shared = { id, validated: wrong || complaint ? ("error" as const) : ("default" as const), "aria-describedby": `${id}-help` };
  return (
    <FormGroup
      label={label}
      fieldId={limit.limited ? id : `${id}-limited`}
      labelInfo={
        <Switch
          id={`${id}-limited`}
          isReversed
          label={t("admin.quotas.noLimit")}
          aria-label={t("admin.quotas.noLimitOf", { what: label })}
          isChecked={!limit.limited}
          onChange={(_event, unlimited) => onChange({ ...limit, limited: !unlimited })}
        />
      }
    >
      {limit.limited &&
        (isSize(resource) ? (
          <BytesInput {...shared} label={label} text={limit.text} onChange={(text) => onChange({ ...limit, text })} />
        ) : (
          <TextInput {...shared} value={limit.text} inputMode="numeric" autoComplete="off" onChange={(_event, text) => onChange({ ...limit, text })} />
        ))}
      <Help id={`${id}-help`} error={wrong ? t("admin.quotas.number") : complaint} />
    </FormGroup>
  );
}
