import { Icon } from "@patternfly/react-core";
import type { ComponentType } from "react";

export type Tone = "success" | "danger" | "warning" | "info" | "custom" | undefined;

/** A state: icon and word together, never colour alone. */
export function StateLabel({ icon: Picture, tone, children }: { icon: ComponentType; tone?: Tone; children: string }) {
  return (
    <span className="ol-state">
      <Icon status={tone} size="md">
        <Picture />
      </Icon>
      <span>{children}</span>
    </span>
  );
}
