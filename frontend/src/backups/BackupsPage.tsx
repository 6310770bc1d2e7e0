import { Button, PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useMaySomewhere } from "../access/queries";
import { PageHead } from "../ui/PageHead";
import { BackupsTable } from "./BackupsTable";
import { ScheduleDialog } from "./schedules/ScheduleDialog";
import { SchedulesTable } from "./schedules/SchedulesTable";

const TABS = ["points", "schedules"] as const;

/** The restore points of all machines, and what makes them by itself. */
export function BackupsPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [making, setMaking] = useState(false);
  const mayMake = useMaySomewhere("domain.backup");
  const active = TABS.find((tab) => tab === params.get("tab")) ?? "points";
  const create = mayMake && (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => setMaking(true)}>
      {t("schedule.create.button")}
    </Button>
  );
  return (
    <>
      <PageHead title={t("backup.title")} actions={create} />
      <PageSection type="tabs">
        <Tabs activeKey={active} onSelect={(_event, key) => setParams(key === "points" ? {} : { tab: String(key) })} aria-label={t("backup.title")} usePageInsets>
          {TABS.map((tab) => (
            <Tab key={tab} eventKey={tab} title={<TabTitleText>{t(`backup.tab.${tab}`)}</TabTitleText>} tabContentId={`tab-${tab}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled>
        <TabContentBody id={`tab-${active}`} role="tabpanel">
          {active === "points" ? <BackupsTable firstStep={create} /> : <SchedulesTable firstStep={create} />}
        </TabContentBody>
      </PageSection>
      {making && <ScheduleDialog onClose={() => setMaking(false)} />}
    </>
  );
}
