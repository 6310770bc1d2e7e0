import { Card, CardHeader, CardTitle, FormGroup, Gallery } from "@patternfly/react-core";
import {
  BoxOpenIcon,
  CloudIcon,
  CodeIcon,
  CubesIcon,
  HddIcon,
  MicrochipIcon,
  NetworkWiredIcon,
  OutlinedHddIcon,
  OutlinedSquareIcon,
} from "@patternfly/react-icons";
import type { ComponentType } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { type CreationForm, type Source } from "./form";

const ICON: Record<Source, ComponentType> = {
  iso: OutlinedHddIcon,
  cloud: CloudIcon,
  disk: HddIcon,
  template: CubesIcon,
  network: NetworkWiredIcon,
  empty: OutlinedSquareIcon,
  kernel: MicrochipIcon,
  container: BoxOpenIcon,
  xml: CodeIcon,
};

const OF_CONTAINERS: readonly Source[] = ["container", "xml"];
const OF_MACHINES: readonly Source[] = ["iso", "cloud", "disk", "template", "network", "empty", "kernel", "xml"];

/** What a host of this driver can start from. */
export const sourcesOf = (driver: string | undefined): readonly Source[] => (driver === "lxc" ? OF_CONTAINERS : OF_MACHINES);

/** From what it is made: a card each, as a group of radio buttons. */
export function Sources({ form, chosen, driver }: { form: UseFormReturn<CreationForm>; chosen: Source; driver: string | undefined }) {
  const { t } = useTranslation();
  return (
    <FormGroup role="radiogroup" label={t("creation.from")} isStack>
      <Gallery hasGutter minWidths={{ default: "8rem" }} className="ol-sources">
        {sourcesOf(driver).map((source) => {
          const Icon = ICON[source];
          return (
            <Card key={source} id={`source-${source}`} isCompact isSelectable isSelected={source === chosen}>
              <CardHeader
                selectableActions={{
                  selectableActionId: `source-of-${source}`,
                  selectableActionAriaLabelledby: `source-${source}`,
                  name: "source",
                  variant: "single",
                  isHidden: true,
                  onChange: () => form.setValue("source", source, { shouldDirty: true }),
                }}
              >
                <CardTitle component="div">
                  <span className="ol-state">
                    <Icon aria-hidden /> {t(`creation.source.${source}`)}
                  </span>
                </CardTitle>
              </CardHeader>
            </Card>
          );
        })}
      </Gallery>
      <p className="ol-quiet">{t(`creation.sourceBody.${chosen}`)}</p>
    </FormGroup>
  );
}
