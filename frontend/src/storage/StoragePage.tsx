import { PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { api } from "../api/client";
import type { Pool } from "../api/types";
import { keys } from "../live/keys";
import { PageHead } from "../ui/PageHead";
import { ProblemPage } from "../ui/Problems";
import { PoolStatus, PoolsTable } from "./PoolsTable";
import { VolumesTable } from "./VolumesTable";

export function StoragePage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const pool = params.get("pool");
  if (pool) return <PoolView key={pool} id={pool} />;
  return (
    <>
      <PageHead title={t("pool.many")} />
      <PageSection isFilled>
        <PoolsTable />
      </PageSection>
    </>
  );
}

function PoolView({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: keys.one("pool", id),
    queryFn: ({ signal }) => api.get<Pool>(`/pools/${id}/`, {}, signal),
  });
  return (
    <>
      <PageHead
        title={query.data?.name ?? t(query.isError ? "pool.one" : "loading")}
        parent={{ title: t("pool.many"), to: "/storage" }}
        beside={query.data && <PoolStatus pool={query.data} />}
      />
      <PageSection isFilled>
        {query.isError && !query.data ? (
          <ProblemPage error={query.error} retry={() => void query.refetch()} />
        ) : (
          <VolumesTable pool={id} />
        )}
      </PageSection>
    </>
  );
}
