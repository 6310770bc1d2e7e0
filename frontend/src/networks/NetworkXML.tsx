import { ToggleGroup, ToggleGroupItem, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { FactsSkeleton } from "../ui/Facts";
import { ProblemPage } from "../ui/Problems";
import { XMLCode } from "../ui/XMLCode";
import { useNetworkXML } from "./queries";
import type { NetworkDetail } from "./shapes";

/** Both definitions as the node has them: of what runs, and of the next start. */
export default function NetworkXML({ network }: { network: NetworkDetail }) {
  const { t } = useTranslation();
  const query = useNetworkXML(network.id);
  const [wanted, setWanted] = useState<"live" | "inactive">("live");
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton rows={12} />;
  const { live, inactive } = query.data;
  const shown = wanted === "live" && live !== null ? "live" : inactive !== null ? "inactive" : "live";
  return (
    <>
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <ToggleGroup aria-label={t("xml.which")}>
              <ToggleGroupItem text={t("xml.live")} isSelected={shown === "live"} isDisabled={live === null} onChange={() => setWanted("live")} />
              <ToggleGroupItem text={t("xml.inactive")} isSelected={shown === "inactive"} isDisabled={inactive === null} onChange={() => setWanted("inactive")} />
            </ToggleGroup>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <XMLCode value={(shown === "live" ? live : inactive) ?? ""} label={t("tab.xml")} />
    </>
  );
}
