import { Checkbox, ExpandableSection, FormGroup, FormSelect, FormSelectOption, List, ListItem, Skeleton } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { BulkPlan, Domain, Host, Page } from "../../api/types";
import { keys } from "../../live/keys";
import { ProblemAlert } from "../../ui/Problems";
import { usePlan } from "../../ui/usePlan";
import { planBulk, type BulkWish } from "../queries";
import type { BulkAction } from "./bulk";
import { FormDialog } from "../../ui/FormDialog";

interface BulkDialogProps {
  action: BulkAction;
  selected: readonly Domain[];
  busy: boolean;
  error: unknown;
  onConfirm: (wish: BulkWish) => void;
  onClose: () => void;
}

/** One plan for all that are selected: who can, who cannot and why, before anything is done. */
export function BulkDialog({ action, selected, busy, error, onConfirm, onClose }: BulkDialogProps) {
  const { t } = useTranslation();
  const [host, setHost] = useState("");
  const [copy, setCopy] = useState(false);
  const [disks, setDisks] = useState(true);
  const moves = action.name === "migrate";
  const deletes = action.name === "undefine";
  const wish: BulkWish = {
    action: action.name,
    ids: selected.map(({ id }) => id),
    ...(moves && { options: { host, copy_storage: copy } }),
    ...(deletes && { options: { volumes: disks } }),
  };
  const asked = usePlan(["bulk"], busy || (moves && host === "") ? null : wish, planBulk);
  const plan = asked.plan as BulkPlan | undefined;
  const able = plan?.domains.filter(({ allowed }) => allowed) ?? [];
  const unable = plan?.domains.filter(({ allowed }) => !allowed) ?? [];
  const gone = deletes ? able.flatMap(({ changes }) => changes.filter(({ path }) => path.startsWith("disk:"))) : [];
  return (
    <FormDialog
      title={t(`bulk.title.${action.name}`, { count: plan ? able.length : selected.length })}
      description={t(`bulk.body.${action.name}`)}
      submit={t("domain.bulk", { what: t(`domain.action.${action.name}`), count: able.length })}
      danger={action.danger}
      busy={busy}
      disabled={able.length === 0 || !asked.current}
      onSubmit={() => onConfirm({ ...wish, ids: able.map(({ id }) => id) })}
      onClose={onClose}
    >
      <ProblemAlert error={error ?? asked.error} />
      {moves && <TargetHost chosen={host} onChosen={setHost} />}
      {moves && <Checkbox id="bulk-copy" label={t("migrate.copy")} isChecked={copy} onChange={(_event, wanted) => setCopy(wanted)} />}
      {deletes && <Checkbox id="bulk-disks" label={t("bulk.disks")} description={t("bulk.disksBody")} isChecked={disks} onChange={(_event, wanted) => setDisks(wanted)} />}
      <section aria-live="polite" aria-busy={asked.busy} className="ol-stack">
        {!plan && asked.busy && <Skeleton width="70%" screenreaderText={t("plan.looking")} />}
        {able.length > 0 && (
          <div className="ol-break">
            <strong>{t("bulk.able", { count: able.length })}</strong> {able.map(({ name }) => name).join(", ")}
          </div>
        )}
        {gone.length > 0 && (
          <ExpandableSection toggleText={t("bulk.disksGo", { count: gone.length })} isIndented>
            <List isPlain className="ol-break">
              {gone.map(({ before }) => (
                <ListItem key={before}>
                  <code>{before}</code>
                </ListItem>
              ))}
            </List>
          </ExpandableSection>
        )}
        {unable.length > 0 && (
          <div>
            <strong>{t("bulk.unable", { count: unable.length })}</strong>
            <List isPlain className="ol-break">
              {unable.map(({ id, name, detail, code }) => (
                <ListItem key={id}>
                  {name} <span className="ol-quiet">{detail || code}</span>
                </ListItem>
              ))}
            </List>
          </div>
        )}
      </section>
    </FormDialog>
  );
}

function TargetHost({ chosen, onChosen }: { chosen: string; onChosen: (id: string) => void }) {
  const { t } = useTranslation();
  const hosts = useQuery({
    queryKey: keys.list("host", "bulk-targets"),
    queryFn: ({ signal }) => api.get<Page<Host>>("/hosts/", { state: "up", limit: 100, ordering: "name" }, signal),
  });
  return (
    <FormGroup label={t("migrate.host")} fieldId="bulk-host" isRequired>
      <FormSelect id="bulk-host" value={chosen} onChange={(_event, id) => onChosen(id)} isDisabled={hosts.isPending}>
        <FormSelectOption value="" label={t("migrate.choose")} isPlaceholder />
        {hosts.data?.results.map(({ id, name }) => <FormSelectOption key={id} value={id} label={name} />)}
      </FormSelect>
    </FormGroup>
  );
}
