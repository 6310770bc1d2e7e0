import { Bullseye, Spinner } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { api } from "../api/client";
import type { DomainDetail } from "../api/types";
import { keys } from "../live/keys";
import { ProblemPage } from "../ui/Problems";
import { ConsolePanel } from "./ConsolePanel";

interface ConsoleWindowProps {
  start: (domain: DomainDetail) => ReactNode;
  status: (domain: DomainDetail) => ReactNode;
  actions: (domain: DomainDetail) => ReactNode;
}

/** The console in a window of its own. */
export function ConsoleWindow({ start, status, actions }: ConsoleWindowProps) {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: keys.one("domain", id),
    queryFn: ({ signal }) => api.get<DomainDetail>(`/domains/${id}/`, {}, signal),
  });
  const domain = query.data;
  useEffect(() => {
    if (domain) document.title = `${domain.name} · ${t("tab.console")}`;
  }, [domain, t]);
  if (domain) {
    return (
      <main className="ol-window">
        <ConsolePanel
          popOut
          domain={domain}
          start={start(domain)}
          status={
            <>
              <strong>{domain.name}</strong> {status(domain)}
            </>
          }
          actions={actions(domain)}
        />
      </main>
    );
  }
  return (
    <main className="ol-window">
      <Bullseye>
        {query.isError ? <ProblemPage error={query.error} retry={() => void query.refetch()} /> : <Spinner aria-label={t("loading")} />}
      </Bullseye>
    </main>
  );
}
