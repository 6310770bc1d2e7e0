import { Alert, Button, Card, CardBody, CardTitle, Grid, GridItem, PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { GlobeIcon, PlusCircleIcon, UploadIcon } from "@patternfly/react-icons";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { HostName } from "../../access/HostName";
import { useMayShare } from "../../access/queries";
import { JobProgress } from "../../jobs/JobProgress";
import { JobsTable } from "../../jobs/JobsTable";
import { useJobOf } from "../../jobs/queries";
import { useLasting } from "../../jobs/useLasting";
import { Facts, FactsSkeleton } from "../../ui/Facts";
import { OnePage } from "../../ui/OnePage";
import { PageHead } from "../../ui/PageHead";
import { Bytes, Copyable } from "../../ui/Values";
import { usePool } from "../queries";
import type { Pool } from "../shapes";
import { DropZone } from "../uploads/DropZone";
import UploadDialog from "../uploads/UploadDialog";
import { CreateVolumeDialog } from "../volumes/CreateVolumeDialog";
import { FetchDialog } from "../volumes/FetchDialog";
import { VolumesTable } from "../volumes/VolumesTable";
import { hostText } from "./poolForm";
import { PoolActions } from "./PoolActions";
import { PoolStatus, SharedMark, Usage } from "./PoolStatus";

const AccessTab = lazy(() => import("../../access/sharing/AccessTab"));
const Trend = lazy(() => import("./Trend"));

const TABS = ["volumes", "overview", "access", "jobs"] as const;

export default function PoolPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = usePool(id);
  return (
    <OnePage query={query} title={t("pool.one")} parent={{ title: t("pool.many"), to: "/storage" }}>
      {(pool) => <PoolView pool={pool} />}
    </OnePage>
  );
}

type Dialog = "create" | "upload" | "fetch";

function PoolView({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [dropped, setDropped] = useState<readonly File[]>([]);
  const job = useJobOf(pool);
  const lasting = useLasting(job);
  const mayShare = useMayShare("pool");
  const tabs = TABS.filter((tab) => tab !== "access" || mayShare);
  const active = tabs.find((tab) => tab === params.get("tab")) ?? "volumes";
  const may = (action: string) => pool.actions.includes(action);
  const close = () => {
    setDialog(null);
    setDropped([]);
  };
  const upload = (files: readonly File[] = []) => {
    setDropped(files);
    setDialog("upload");
  };
  return (
    <>
      <PageHead
        title={pool.name}
        parent={{ title: t("pool.many"), to: "/storage" }}
        beside={
          <>
            <PoolStatus pool={pool} />
            <SharedMark pool={pool} />
          </>
        }
        actions={
          <div className="ol-actions">
            {may("create_volume") && (
              <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => setDialog("create")}>
                {t("storage.volume.create")}
              </Button>
            )}
            {may("upload") && (
              <Button variant="secondary" icon={<UploadIcon />} onClick={() => upload()}>
                {t("upload.button")}
              </Button>
            )}
            <PoolActions
              pool={pool}
              more={may("fetch") ? [{ key: "fetch", label: t("storage.fetch.button"), icon: <GlobeIcon />, run: () => setDialog("fetch") }] : []}
            />
          </div>
        }
      />
      {(lasting || pool.state !== "running") && (
        <PageSection className="ol-stack">
          {job && lasting && <JobProgress job={job} />}
          {pool.state !== "running" && job === null && <Alert isInline variant={pool.state === "inactive" ? "info" : "warning"} title={t(`storage.notRunning.${pool.state}`, { name: pool.name })} />}
        </PageSection>
      )}
      <PageSection type="tabs">
        <Tabs
          activeKey={active}
          onSelect={(_event, key) => setParams({ pool: pool.id, ...(key !== "volumes" && { tab: String(key) }) })}
          aria-label={t("storage.parts")}
          usePageInsets
        >
          {tabs.map((tab) => (
            <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(`storage.tab.${tab}`)}</TabTitleText>} tabContentId={`tab-${tab}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled>
        <TabContentBody id={`tab-${active}`} role="tabpanel">
          {active === "volumes" && (
            <DropZone name={pool.name} enabled={may("upload")} onDrop={upload}>
              <VolumesTable pool={pool} onCreate={() => setDialog("create")} onUpload={() => upload()} />
            </DropZone>
          )}
          {active === "overview" && <PoolOverview pool={pool} />}
          {active === "access" && (
            <Suspense fallback={<FactsSkeleton />}>
              <AccessTab object={{ kind: "pool", id: pool.id, name: pool.name }} />
            </Suspense>
          )}
          {active === "jobs" && <JobsTable object={pool.id} />}
        </TabContentBody>
      </PageSection>
      {dialog === "create" && <CreateVolumeDialog pool={pool} onClose={close} />}
      {dialog === "upload" && <UploadDialog pool={pool} dropped={dropped} onClose={close} />}
      {dialog === "fetch" && <FetchDialog pool={pool} onClose={close} />}
    </>
  );
}

function PoolOverview({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const { detail } = pool;
  return (
    <Grid hasGutter>
      <GridItem lg={6}>
        <Card isFullHeight>
          <CardTitle component="h2">{t("facts")}</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              facts={[
                [t("type"), t(`storage.type.${pool.type}`, { defaultValue: pool.type })],
                [t("host.one"), <HostName host={pool.host} />],
                [t("storage.shared"), pool.shared && pool.shared.hosts.map(({ name }) => name).join(", ")],
                [t("pool.target"), pool.target && <Copyable>{pool.target}</Copyable>],
                [t("source"), pool.source && <Copyable>{pool.source}</Copyable>],
                [t("storage.field.hosts"), detail.hosts?.map(({ name, port }) => hostText({ name, port })).join(", ")],
                [t("storage.field.devices"), detail.devices?.join(", ")],
                [t("storage.field.format"), detail.format],
                [t("storage.field.initiator"), detail.initiator],
                [t("storage.field.adapter"), detail.adapter],
                [t("storage.field.username"), detail.auth?.username],
                [t("autostart"), t(pool.autostart ? "yes" : "no")],
                ["UUID", <Copyable>{pool.uuid}</Copyable>],
              ]}
            />
          </CardBody>
        </Card>
      </GridItem>
      <GridItem lg={6}>
        <Card isFullHeight>
          <CardTitle component="h2">{t("storage.capacity")}</CardTitle>
          <CardBody className="ol-stack">
            <Usage pool={pool} />
            <Facts
              columns={1}
              facts={[
                [t("storage.capacity"), <Bytes value={pool.capacity_bytes} />],
                [t("storage.allocated"), <Bytes value={pool.allocation_bytes} />],
                [t("storage.available"), <Bytes value={pool.available_bytes} />],
                [t("pool.volumes"), pool.volumes],
              ]}
            />
            <Suspense fallback={<FactsSkeleton rows={3} />}>
              <Trend pool={pool} />
            </Suspense>
          </CardBody>
        </Card>
      </GridItem>
    </Grid>
  );
}
