import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { Domain } from "../../api/types";
import { refreshObject } from "../../jobs/queries";
import type { MenuEntry } from "../../ui/Menu";
import { useToast } from "../../ui/toast";

/** Protection against deletion, on and off. It is ours alone: no node is asked. */
export function useProtection(domain: Domain): { entry: (icon: ReactNode) => MenuEntry } {
  const { t } = useTranslation();
  const say = useToast();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (wanted: boolean) => api.patch(`/domains/${domain.id}/`, { protected: wanted }),
    onSuccess: () => refreshObject(client, { kind: "domain", id: domain.id }),
    onError: (error) => say({ variant: "danger", title: t("domain.refused", { what: t("domain.action.protect"), name: domain.name }), body: asProblem(error).message }),
  });
  return {
    entry: (icon) => ({
      key: "protect",
      label: t(domain.protected ? "domain.action.unprotect" : "domain.action.protect"),
      icon,
      disabled: change.isPending,
      run: () => change.mutate(!domain.protected),
    }),
  };
}
