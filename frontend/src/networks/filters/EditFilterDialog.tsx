import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import { useJobRequest } from "../../jobs/queries";
import { FactsSkeleton } from "../../ui/Facts";
import { ProblemPage } from "../../ui/Problems";
import { editFilter, planEditFilter, useFilter } from "../queries";
import type { NetworkFilter } from "../shapes";
import { XMLDialog } from "./XMLDialog";
import { usePlan } from "../../ui/usePlan";

/** Another document for a filter: interfaces that name it follow at once. */
export function EditFilterDialog({ filter, onClose }: { filter: NetworkFilter; onClose: () => void }) {
  const query = useFilter(filter.id);
  if (query.data) return <Editor filter={filter} xml={query.data.xml} onClose={onClose} />;
  return query.isError ? <ProblemPage error={query.error} retry={() => void query.refetch()} /> : <FactsSkeleton rows={1} />;
}

function Editor({ filter, xml, onClose }: { filter: NetworkFilter; xml: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(xml);
  const request = useJobRequest((wish: { xml: string }) => editFilter(filter.id, wish));
  const plan = usePlan([filter.id, "xml"], text === xml || request.isPending ? null : { xml: text }, (wish) => planEditFilter(filter.id, wish));
  const error = request.error ?? plan.error;
  return (
    <XMLDialog
      title={t("filter.edit.title", { name: filter.name })}
      description={t("filter.edit.body")}
      submit={t("save")}
      text={text}
      onText={setText}
      complaint={error ? asProblem(error).errors.xml?.join(" ") : undefined}
      plan={plan.plan}
      error={error}
      asked={text !== xml}
      busy={plan.busy}
      pending={request.isPending}
      disabled={text === xml || !plan.current || plan.plan?.allowed !== true}
      onSubmit={() => request.mutate({ xml: text }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
