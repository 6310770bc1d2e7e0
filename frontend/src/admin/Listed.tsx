import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, PageSection } from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons";
import type { ComponentType, ReactNode } from "react";

import { PageHead } from "../ui/PageHead";

/** A page of the administration that is one list. */
export function ListPage({ title, actions, above, children }: { title: string; actions?: ReactNode; above?: ReactNode; children: ReactNode }) {
  return (
    <>
      <PageHead title={title} actions={actions} />
      {above && <PageSection>{above}</PageSection>}
      <PageSection isFilled>{children}</PageSection>
    </>
  );
}

export function AddButton({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={onClick}>
      {text}
    </Button>
  );
}

/** A list in which nothing is yet: what it is good for, and the first step. */
export function NothingYet({ title, body, icon, firstStep }: { title: string; body: string; icon: ComponentType; firstStep?: ReactNode }) {
  return (
    <EmptyState variant="sm" titleText={title} icon={icon} headingLevel="h2">
      <EmptyStateBody>{body}</EmptyStateBody>
      {firstStep && (
        <EmptyStateFooter>
          <EmptyStateActions>{firstStep}</EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}
