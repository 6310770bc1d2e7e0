import { ToggleGroup, ToggleGroupItem, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { xml } from "@codemirror/lang-xml";
import CodeMirror, { EditorView } from "@uiw/react-codemirror";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { FactsSkeleton } from "../ui/Facts";
import { ProblemPage } from "../ui/Problems";
import { useDark } from "../ui/theme";
import { When } from "../ui/Values";
import { useDomainXML } from "./queries";

const EXTENSIONS = [xml(), EditorView.lineWrapping];

/** The definition as the node gives it: what runs now, and what the next start will use. */
export default function DomainXML({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useDomainXML(id);
  const dark = useDark();
  const [wanted, setWanted] = useState<"live" | "inactive">("live");
  if (query.isError) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <FactsSkeleton rows={12} />;
  const { live, inactive, fetched_at } = query.data;
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
          <ToolbarItem alignSelf="center" className="ol-quiet">
            {t("xml.fetched")} <When at={fetched_at} />
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <CodeMirror
        value={(shown === "live" ? live : inactive) ?? ""}
        readOnly
        theme={dark ? "dark" : "light"}
        extensions={EXTENSIONS}
        aria-label={t("tab.xml")}
        className="ol-code-view"
      />
    </>
  );
}
