import { Button, Card, CardBody, CardExpandableContent, CardHeader, CardTitle, DataList } from "@patternfly/react-core";
import { TimesIcon } from "@patternfly/react-icons";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { UploadRow } from "./UploadRow";
import { uploads, useUploads, type Sending } from "./uploads";

const HEIGHT = "--ol-uploads-height";

/** What this window sends, on every page: how far each is, and how to hold it, go on or give it up. */
export default function UploadsPanel() {
  const { t } = useTranslation();
  const all = useUploads();
  const [open, setOpen] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => void uploads.recall().catch(() => undefined), []); // what is left is offered again with the next page
  useRoomForToasts(box, all.length > 0);
  if (all.length === 0) return null;
  return (
    <div ref={box} className="ol-uploads">
      <Card isCompact isExpanded={open} component="section" aria-label={t("upload.title")}>
        <CardHeader
          onExpand={() => setOpen(!open)}
          isToggleRightAligned
          toggleButtonProps={{ "aria-label": t("upload.toggle"), "aria-expanded": open }}
          actions={
            all.every(isOver)
              ? { actions: <Button variant="plain" icon={<TimesIcon />} aria-label={t("close")} onClick={() => all.forEach(({ key }) => uploads.dismiss(key))} /> }
              : undefined
          }
        >
          <CardTitle component="h2">
            {t("upload.title")} <span className="ol-quiet">{summary(all, t)}</span>
          </CardTitle>
        </CardHeader>
        <CardExpandableContent>
          <CardBody>
            <DataList aria-label={t("upload.title")} isCompact gridBreakpoint="none">
              {all.map((one) => (
                <UploadRow key={one.key} upload={one} />
              ))}
            </DataList>
          </CardBody>
        </CardExpandableContent>
        {!open && all.filter(({ state }) => state === "checking").map((one) => <UploadRow key={one.key} upload={one} unseen />)}
      </Card>
    </div>
  );
}

const isOver = ({ state }: Sending): boolean => state === "done" || state === "failed";

function summary(all: readonly Sending[], t: ReturnType<typeof useTranslation>["t"]): string {
  const size = all.reduce((sum, one) => sum + one.size, 0);
  const sent = all.reduce((sum, one) => sum + one.sent, 0);
  return t("upload.summary", { done: all.filter(({ state }) => state === "done").length, count: all.length, percent: size === 0 ? 100 : Math.floor((sent / size) * 100) });
}

/** Toasts come from the same corner: they stand above the panel, however high it is. */
function useRoomForToasts(box: React.RefObject<HTMLDivElement | null>, shown: boolean): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const root = document.documentElement.style;
    const observer = new ResizeObserver(() => root.setProperty(HEIGHT, `${element.offsetHeight}px`));
    observer.observe(element);
    return () => {
      observer.disconnect();
      root.removeProperty(HEIGHT);
    };
  }, [box, shown]);
}
