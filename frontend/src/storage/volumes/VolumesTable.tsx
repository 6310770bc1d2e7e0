import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { VolumeIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

import { useJobOf } from "../../jobs/queries";
import { JobInline } from "../../jobs/JobProgress";
import { DataTable, type Column } from "../../ui/DataTable";
import { useTableState } from "../../ui/tableState";
import { Bytes } from "../../ui/Values";
import { useVolumes } from "../queries";
import type { Pool, Volume } from "../shapes";
import { Users } from "./Users";
import { VolumeActions } from "./VolumeActions";

interface VolumesTableProps {
  pool: Pool;
  onCreate: () => void;
  onUpload: () => void;
}

/** What a pool holds, and who stands on it. */
export function VolumesTable({ pool, onCreate, onUpload }: VolumesTableProps) {
  const { t } = useTranslation();
  const table = useTableState(["unused"], "name");
  const query = useVolumes(pool.id, table.query);
  const columns: Column<Volume>[] = [
    { key: "name", title: t("name"), sort: "name", cell: (volume) => <Name volume={volume} /> },
    { key: "format", title: t("volume.format"), sort: "format", fit: true, cell: (volume) => [volume.format || volume.type, volume.encryption && t("storage.encrypted")].filter(Boolean).join(" · ") },
    { key: "capacity", title: t("volume.capacity"), sort: "capacity_bytes", numeric: true, fit: true, cell: (volume) => <Bytes value={volume.capacity_bytes} /> },
    { key: "allocation", title: t("volume.allocation"), sort: "allocation_bytes", numeric: true, fit: true, cell: (volume) => <Bytes value={volume.allocation_bytes} /> },
    { key: "used", title: t("storage.usedBy"), cell: (volume) => <Users users={volume.used_by} words={volume.used_by_words} /> },
    { key: "path", title: t("volume.path"), from: "2xl", cell: (volume) => <code className="ol-break">{volume.path}</code> },
  ];
  const may = (action: string) => pool.actions.includes(action);
  return (
    <DataTable
      label={t("pool.volumes")}
      name="volumes"
      columns={columns}
      table={table}
      query={query}
      filters={[
        { name: "unused", title: t("storage.usedBy"), options: [{ value: "true", label: t("storage.unused") }] },
      ]}
      rowActions={(volume) => <VolumeActions volume={volume} pool={pool} />}
      dimmed={() => pool.state !== "running"}
      empty={
        <EmptyState titleText={t("volume.none")} icon={VolumeIcon} headingLevel="h2">
          <EmptyStateBody>{t(may("upload") ? "storage.volume.noneBody" : "volume.noneBody")}</EmptyStateBody>
          {(may("create_volume") || may("upload")) && (
            <EmptyStateFooter>
              <EmptyStateActions>
                {may("create_volume") && <Button onClick={onCreate}>{t("storage.volume.create")}</Button>}
                {may("upload") && (
                  <Button variant="secondary" onClick={onUpload}>
                    {t("upload.button")}
                  </Button>
                )}
              </EmptyStateActions>
            </EmptyStateFooter>
          )}
        </EmptyState>
      }
    />
  );
}

function Name({ volume }: { volume: Volume }) {
  const { t } = useTranslation();
  const job = useJobOf(volume);
  return (
    <>
      <span className="ol-break">{volume.name}</span>
      {volume.backing && (
        <div className="ol-quiet ol-break" title={volume.backing}>
          {t("storage.over", { name: volume.backing.split("/").at(-1) })}
        </div>
      )}
      {job && (
        <div>
          <JobInline job={job} /> {job.step && <span className="ol-quiet">{job.step}</span>}
        </div>
      )}
    </>
  );
}
