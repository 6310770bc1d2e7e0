import { ExpandableSection } from "@patternfly/react-core";
import { useState, type ReactNode } from "react";

interface FoldedProps {
  title: string;
  /** What it is set to, said in its header. */
  summary: string;
  /** A complaint is inside: then it is open. */
  troubled?: boolean;
  children: ReactNode;
}

/** A part that most never open. Closed, it says what it is set to. */
export function Folded({ title, summary, troubled = false, children }: FoldedProps) {
  const [opened, setOpened] = useState(false);
  const open = opened || troubled;
  return (
    <ExpandableSection
      isExpanded={open}
      onToggle={(_event, wanted) => setOpened(wanted)}
      toggleContent={
        <>
          {title} {!open && <span className="ol-quiet">{summary}</span>}
        </>
      }
      isIndented
    >
      <div className="ol-stack">{open && children}</div>
    </ExpandableSection>
  );
}
