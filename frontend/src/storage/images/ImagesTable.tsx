import { EmptyState, EmptyStateBody, Label, LabelGroup } from "@patternfly/react-core";
import { BookIcon, CopyIcon, PencilAltIcon, PlusCircleIcon, TrashIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { JobInline } from "../../jobs/JobProgress";
import { useJobOf } from "../../jobs/queries";
import { DataTable, type Column } from "../../ui/DataTable";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { useTableState } from "../../ui/tableState";
import { Bytes } from "../../ui/Values";
import { useImages } from "../queries";
import type { Image } from "../shapes";
import { CopyImageDialog } from "./CopyImageDialog";
import { EditImageDialog, TakeOutDialog } from "./ImageDialogs";

const KINDS = ["iso", "disk", "appliance"] as const;

/** The library: what virtual machines are made from, and on which hosts it lies. */
export default function ImagesTable() {
  const { t } = useTranslation();
  const table = useTableState(["kind"], "name");
  const query = useImages(table.query);
  const columns: Column<Image>[] = [
    { key: "name", title: t("name"), sort: "name", cell: (image) => <Name image={image} /> },
    { key: "kind", title: t("type"), sort: "kind", fit: true, cell: (image) => t(`image.kind.${image.kind}`) },
    { key: "os", title: t("image.os"), cell: (image) => [image.os?.name, image.arch].filter(Boolean).join(" · ") || "–" },
    { key: "size", title: t("volume.capacity"), sort: "size_bytes", numeric: true, fit: true, cell: (image) => <Bytes value={image.size_bytes} /> },
    { key: "copies", title: t("image.copies"), cell: (image) => <Copies image={image} /> },
  ];
  return (
    <DataTable
      label={t("image.many")}
      columns={columns}
      table={table}
      query={query}
      filters={[{ name: "kind", title: t("type"), options: KINDS.map((value) => ({ value, label: t(`image.kind.${value}`) })) }]}
      rowActions={(image) => <ImageActions image={image} />}
      empty={
        <EmptyState titleText={t("image.none")} icon={BookIcon} headingLevel="h2">
          <EmptyStateBody>{t("image.noneBody")}</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}

function Name({ image }: { image: Image }) {
  const job = useJobOf({ id: image.id, job: null });
  return (
    <>
      <span className="ol-break">{image.name}</span>
      {image.description && <div className="ol-quiet">{image.description}</div>}
      {job && (
        <div>
          <JobInline job={job} />
        </div>
      )}
    </>
  );
}

function Copies({ image }: { image: Image }) {
  const { t } = useTranslation();
  return (
    <LabelGroup aria-label={t("image.copies")} numLabels={4}>
      {image.copies.map(({ volume, pool, host }) => (
        <Label key={volume.id} isCompact variant="outline" render={({ className, content }) => <Link className={className} to={`/storage?pool=${pool.id}`}>{content}</Link>}>
          {t("image.copyIn", { host: host.name, pool: pool.name })}
        </Label>
      ))}
    </LabelGroup>
  );
}

/** Where a virtual machine is made from it, on the first host that has it. */
function creationPath({ kind, copies, os }: Image): string | null {
  const copy = copies[0];
  if (!copy || kind === "appliance") return copy ? `/domains/import?volume=${copy.volume.id}` : null;
  return `/domains/new?${new URLSearchParams({ source: kind === "iso" ? "iso" : "cloud", host: copy.host.id, [kind === "iso" ? "iso" : "cloud_image"]: copy.volume.id, ...(os?.short_id && { os: os.short_id }) }).toString()}`;
}

function ImageActions({ image }: { image: Image }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"copy" | "edit" | "delete" | null>(null);
  const may = (action: Image["actions"][number]) => image.actions.includes(action);
  const path = creationPath(image);
  const close = () => setDialog(null);
  const entries: MenuEntry[] = [
    ...(path ? [{ key: "create", label: t("image.create"), icon: <PlusCircleIcon />, run: () => void navigate(path) }] : []),
    ...(may("copy") ? [{ key: "copy", label: t("image.copyTo"), icon: <CopyIcon />, run: () => setDialog("copy") }] : []),
    ...(may("edit") ? [{ key: "edit", label: t("host.action.edit"), icon: <PencilAltIcon />, run: () => setDialog("edit") }] : []),
    ...(may("delete") ? [{ key: "delete", label: t("image.takeOut"), icon: <TrashIcon />, danger: true, apart: true, run: () => setDialog("delete") }] : []),
  ];
  return (
    <>
      <Kebab label={t("domain.actionsOf", { name: image.name })} entries={entries} />
      {dialog === "copy" && <CopyImageDialog image={image} onClose={close} />}
      {dialog === "edit" && <EditImageDialog image={image} onClose={close} />}
      {dialog === "delete" && <TakeOutDialog image={image} onClose={close} />}
    </>
  );
}
