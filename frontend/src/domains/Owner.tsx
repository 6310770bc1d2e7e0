import { Button } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { ObjectName } from "../access/ObjectName";
import { useMay } from "../access/queries";
import { api } from "../api/client";
import type { DomainDetail, Page } from "../api/types";
import { keys } from "../live/keys";
import { Combobox } from "../ui/Combobox";
import { FormDialog } from "../ui/FormDialog";
import { ProblemAlert } from "../ui/Problems";
import { useToast } from "../ui/toast";
import { useComplaints } from "../ui/useComplaints";

const MOST = 1000;

/** Whose it is, and the way to make it somebody else's for who may give out everything. */
export function Owner({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  const mayPeople = useMay("user.manage");
  const mayChange = useMay("grant.manage") && mayPeople;
  const [changing, setChanging] = useState(false);
  const { owner } = domain;
  return (
    <span className="ol-labels">
      {owner ? mayPeople ? <ObjectName bare object={{ kind: "user", ...owner }} /> : owner.name : <span className="ol-quiet">{t("owner.none")}</span>}
      {mayChange && (
        <Button variant="link" isInline onClick={() => setChanging(true)}>
          {t("owner.change")}
        </Button>
      )}
      {changing && <OwnerDialog domain={domain} onClose={() => setChanging(false)} />}
    </span>
  );
}

function OwnerDialog({ domain, onClose }: { domain: DomainDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const client = useQueryClient();
  const users = useQuery({
    queryKey: keys.list("user", "to-choose"),
    queryFn: ({ signal }) => api.get<Page<{ id: string; username: string; name: string }>>("/users/", { limit: MOST, ordering: "username" }, signal),
    select: (page) => page.results,
  });
  const form = useForm({ defaultValues: { owner: domain.owner?.id ?? "" } });
  const { owner = "" } = useWatch({ control: form.control });
  const request = useMutation({
    mutationFn: () => api.patch(`/domains/${domain.id}/`, { owner: owner || null }),
    onSuccess: () => void client.invalidateQueries({ predicate: ({ queryKey }) => ["domain", "grants-on", "grant", "quota"].includes(String(queryKey[0])) }),
  });
  const shown = useComplaints(form, request.error);
  return (
    <FormDialog
      title={t("owner.changeTitle", { name: domain.name })}
      description={t("owner.body")}
      submit={t("owner.change")}
      busy={request.isPending}
      disabled={owner === (domain.owner?.id ?? "")}
      onSubmit={() =>
        request.mutate(undefined, {
          onSuccess: () => {
            onClose();
            say({ variant: "success", title: t("owner.changed", { name: domain.name }) });
          },
        })
      }
      onClose={onClose}
    >
      <ProblemAlert error={request.error ?? users.error} shownFields={shown} />
      <Combobox
        form={form}
        name="owner"
        label={t("owner.one")}
        placeholder={t("owner.none")}
        choices={(users.data ?? []).map(({ id, username, name }) => ({ value: id, label: username, description: name || undefined }))}
        busy={users.isPending}
        none={t("table.nothing")}
      />
    </FormDialog>
  );
}
