import { Button, PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { PlusCircleIcon, UploadIcon } from "@patternfly/react-icons";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useMaySomewhere } from "../access/queries";
import { FactsSkeleton } from "../ui/Facts";
import { PageHead } from "../ui/PageHead";
import { PoolsTable } from "./pools/PoolsTable";

const ImagesTable = lazy(() => import("./images/ImagesTable"));
const CreatePoolDialog = lazy(() => import("./pools/CreatePoolDialog"));
const PoolPage = lazy(() => import("./pools/PoolPage"));
const ReportView = lazy(() => import("./report/ReportView"));
const UploadDialog = lazy(() => import("./uploads/UploadDialog"));

const TABS = ["pools", "images", "report"] as const;

/** All storage: the pools, the library, and what lies about. With a pool in the address: that one. */
export function StoragePage() {
  const [params] = useSearchParams();
  const pool = params.get("pool");
  return (
    <Suspense
      fallback={
        <PageSection isFilled>
          <FactsSkeleton />
        </PageSection>
      }
    >
      {pool ? <PoolPage key={pool} id={pool} /> : <AllStorage />}
    </Suspense>
  );
}

function AllStorage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [dialog, setDialog] = useState<"create" | "upload" | null>(null);
  const mayCreate = useMaySomewhere("pool.create");
  const mayUpload = useMaySomewhere("volume.upload");
  const active = TABS.find((tab) => tab === params.get("tab")) ?? "pools";
  const create = mayCreate && (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => setDialog("create")}>
      {t("storage.create.button")}
    </Button>
  );
  return (
    <>
      <PageHead
        title={t("pool.many")}
        actions={
          <div className="ol-actions">
            {create}
            {mayUpload && (
              <Button variant="secondary" icon={<UploadIcon />} onClick={() => setDialog("upload")}>
                {t("upload.button")}
              </Button>
            )}
          </div>
        }
      />
      <PageSection type="tabs">
        <Tabs activeKey={active} onSelect={(_event, key) => setParams(key === "pools" ? {} : { tab: String(key) })} aria-label={t("storage.allParts")} usePageInsets>
          {TABS.map((tab) => (
            <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(`storage.tab.${tab}`)}</TabTitleText>} tabContentId={`tab-${tab}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled>
        <TabContentBody id={`tab-${active}`} role="tabpanel">
          <Suspense fallback={<FactsSkeleton />}>
            {active === "pools" && <PoolsTable firstStep={create} />}
            {active === "images" && <ImagesTable />}
            {active === "report" && <ReportView />}
          </Suspense>
        </TabContentBody>
      </PageSection>
      <Suspense>
        {dialog === "create" && <CreatePoolDialog onClose={() => setDialog(null)} />}
        {dialog === "upload" && <UploadDialog onClose={() => setDialog(null)} />}
      </Suspense>
    </>
  );
}
