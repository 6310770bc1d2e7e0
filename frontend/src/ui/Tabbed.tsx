import { PageSection, Tab, TabContentBody, Tabs, TabTitleText } from "@patternfly/react-core";
import { Suspense, type ReactNode } from "react";
import { useSearchParams } from "react-router";

import { FactsSkeleton } from "./Facts";

export interface Part {
  key: string;
  title: string;
  body: () => ReactNode;
}

/** The parts of an object's page; which one is open is in the address. */
export function Tabbed({ label, parts }: { label: string; parts: readonly [Part, ...Part[]] }) {
  const [params, setParams] = useSearchParams();
  const active = parts.find(({ key }) => key === params.get("tab")) ?? parts[0];
  return (
    <>
      <PageSection type="tabs">
        <Tabs activeKey={active.key} onSelect={(_event, key) => setParams(key === parts[0].key ? {} : { tab: String(key) })} aria-label={label} usePageInsets>
          {parts.map(({ key, title }) => (
            <Tab key={key} eventKey={key} title={<TabTitleText>{title}</TabTitleText>} tabContentId={`tab-${key}`} />
          ))}
        </Tabs>
      </PageSection>
      <PageSection isFilled>
        <TabContentBody id={`tab-${active.key}`} role="tabpanel">
          <Suspense fallback={<FactsSkeleton />}>{active.body()}</Suspense>
        </TabContentBody>
      </PageSection>
    </>
  );
}
