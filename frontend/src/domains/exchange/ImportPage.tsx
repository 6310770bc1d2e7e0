import { EmptyState, EmptyStateBody, PageSection } from "@patternfly/react-core";
import { ArchiveIcon } from "@patternfly/react-icons";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { Combobox } from "../../ui/Combobox";
import { FactsSkeleton } from "../../ui/Facts";
import { bytes } from "../../ui/format";
import { PageHead } from "../../ui/PageHead";
import { ProblemPage } from "../../ui/Problems";
import { CreationProgress } from "../creation/CreationProgress";
import { ImportForm } from "./ImportForm";
import { useImportable, useVolume } from "./queries";

/** Make a virtual machine of an appliance, or of another hypervisor's disk, that lies in a volume. */
export function ImportPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const id = params.get("volume") ?? "";
  const job = params.get("job");
  const volume = useVolume(id);
  const change = (to: Record<string, string>) => setParams(to);
  return (
    <>
      <PageHead title={t("exchange.import.title")} parent={{ title: t("domain.many"), to: "/domains" }} />
      <PageSection isFilled>
        {job ? (
          <CreationProgress id={job} onBack={() => change({ volume: id })} />
        ) : id === "" ? (
          <Choose onChosen={(chosen) => change({ volume: chosen })} />
        ) : volume.isError && !volume.data ? (
          <ProblemPage error={volume.error} retry={() => void volume.refetch()} />
        ) : volume.data ? (
          <ImportForm key={id} volume={volume.data} onJob={(made) => change({ volume: id, job: made })} />
        ) : (
          <FactsSkeleton rows={6} />
        )}
      </PageSection>
    </>
  );
}

/** What it is made of lies in a pool: where there is nothing yet, that is where to begin. */
function Choose({ onChosen }: { onChosen: (id: string) => void }) {
  const { t, i18n } = useTranslation();
  const query = useImportable(true);
  const form = useForm({ defaultValues: { volume: "" } });
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton rows={3} />;
  if (query.data.length === 0) {
    return (
      <EmptyState titleText={t("exchange.import.none")} icon={ArchiveIcon} headingLevel="h2">
        <EmptyStateBody>{t("exchange.import.noneBody")}</EmptyStateBody>
        <Link to="/storage">{t("exchange.import.toStorage")}</Link>
      </EmptyState>
    );
  }
  return (
    <Combobox
      form={form}
      name="volume"
      label={t("exchange.import.volume")}
      help={t("exchange.import.volumeHelp")}
      placeholder={t("creation.chooseVolume")}
      none={t("exchange.import.none")}
      choices={query.data.map(({ id, name, pool, host, capacity_bytes }) => ({
        value: id,
        label: name,
        description: [host.name, pool.name, bytes(capacity_bytes, i18n.language)].join(" · "),
      }))}
      onPicked={onChosen}
    />
  );
}
