import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  Skeleton,
} from "@patternfly/react-core";
import type { ReactNode } from "react";

/** What is known of an object, term by term. A term without a value is left out. */
export function Facts({ facts, columns = 2 }: { facts: readonly (readonly [string, ReactNode])[]; columns?: 1 | 2 }) {
  return (
    <DescriptionList orientation={{ sm: "horizontal" }} isCompact columnModifier={{ default: "1Col", xl: columns === 2 ? "2Col" : "1Col" }} termWidth="14ch">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([term, value]) => (
          <DescriptionListGroup key={term}>
            <DescriptionListTerm>{term}</DescriptionListTerm>
            <DescriptionListDescription className="ol-fact">{value}</DescriptionListDescription>
          </DescriptionListGroup>
        ))}
    </DescriptionList>
  );
}

export function FactsSkeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div aria-busy="true" className="ol-skeletons">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} width={`${40 + ((row * 17) % 30)}%`} />
      ))}
    </div>
  );
}
