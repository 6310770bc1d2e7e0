import { EmptyState } from "@patternfly/react-core";
import { UploadIcon } from "@patternfly/react-icons";
import { useState, type DragEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface DropZoneProps {
  /** Where what is dropped would go. */
  name: string;
  enabled: boolean;
  onDrop: (files: readonly File[]) => void;
  children: ReactNode;
}

const carriesFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer.types.includes("Files");

/** A part of a page that files can be dropped on. */
export function DropZone({ name, enabled, onDrop, children }: DropZoneProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  if (!enabled) return <>{children}</>;
  return (
    <div
      className="ol-drop-zone"
      data-testid="drop-zone"
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault(); // else the browser opens the file
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(false);
        onDrop([...event.dataTransfer.files]);
      }}
    >
      {children}
      {over && (
        <div className="ol-drop-here">
          <EmptyState titleText={t("upload.dropHere", { name })} icon={UploadIcon} headingLevel="h2" />
        </div>
      )}
    </div>
  );
}
