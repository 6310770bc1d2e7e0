import { Button, ToggleGroup, ToggleGroupItem, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { PencilAltIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DomainDetail } from "../../api/types";
import { FactsSkeleton } from "../../ui/Facts";
import { ProblemPage } from "../../ui/Problems";
import { When } from "../../ui/Values";
import { XMLCode } from "../../ui/XMLCode";
import { useDomainXML } from "./queries";
import { XMLEditor } from "./XMLEditor";

/** The definition as the node gives it: what runs now, and what the next start will use. That one can be changed. */
export default function DomainXML({ domain }: { domain: DomainDetail }) {
  const { t } = useTranslation();
  const query = useDomainXML(domain.id);
  const [wanted, setWanted] = useState<"live" | "inactive">("live");
  const [editing, setEditing] = useState(false);
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton rows={12} />;
  const { live, inactive, fetched_at } = query.data.data;
  if (editing && inactive !== null) {
    return <XMLEditor domain={domain} definition={inactive} version={query.data.version} onClose={() => setEditing(false)} />;
  }
  const shown = wanted === "live" && live !== null ? "live" : inactive !== null ? "inactive" : "live";
  return (
    <>
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <ToggleGroup aria-label={t("xml.which")}>
              <ToggleGroupItem
                text={t("xml.live")}
                isSelected={shown === "live"}
                isDisabled={live === null}
                onChange={() => setWanted("live")}
              />
              <ToggleGroupItem
                text={t("xml.inactive")}
                isSelected={shown === "inactive"}
                isDisabled={inactive === null}
                onChange={() => setWanted("inactive")}
              />
            </ToggleGroup>
          </ToolbarItem>
          {domain.actions.includes("edit_xml") && inactive !== null && (
            <ToolbarItem>
              <Button variant="secondary" icon={<PencilAltIcon />} onClick={() => setEditing(true)}>
                {t("xml.edit")}
              </Button>
            </ToolbarItem>
          )}
          <ToolbarItem alignSelf="center" className="ol-quiet">
            {t("xml.fetched")} <When at={fetched_at} />
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <XMLCode value={(shown === "live" ? live : inactive) ?? ""} label={t("tab.xml")} />
    </>
  );
}
