import {
  ArchiveIcon,
  BookIcon,
  CompressArrowsAltIcon,
  CopyIcon,
  DownloadIcon,
  EraserIcon,
  ExchangeAltIcon,
  ExpandAltIcon,
  EditIcon,
  InfoCircleIcon,
  TrashIcon,
} from "@patternfly/react-icons";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../access/queries";
import { useJobOf } from "../../jobs/queries";
import { download } from "../../ui/download";
import { Kebab, type MenuEntry } from "../../ui/Menu";
import { AddImageDialog } from "../images/AddImageDialog";
import type { Pool, Volume } from "../shapes";
import { CloneDialog, ConvertDialog } from "./CopyDialogs";
import { DeleteVolumeDialog } from "./DeleteVolumeDialog";
import { ResizeDialog } from "./ResizeDialog";
import { RenameDialog, SparsifyDialog, WipeDialog } from "./SmallDialogs";
import { VolumeDialog } from "./VolumeDialog";

const DIALOGS = {
  facts: VolumeDialog,
  resize: ResizeDialog,
  clone: CloneDialog,
  convert: ConvertDialog,
  rename: RenameDialog,
  sparsify: SparsifyDialog,
  wipe: WipeDialog,
  image: AddImageDialog,
  delete: DeleteVolumeDialog,
} as const;
type Dialog = keyof typeof DIALOGS;

// What can be made a virtual machine of.
const APPLIANCES = /\.(ova|ovf)$/i;
const FOREIGN: readonly string[] = ["vmdk", "vdi", "vhdx", "vpc"];

/** What can be done to one volume. */
export function VolumeActions({ volume, pool }: { volume: Volume; pool: Pool }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const job = useJobOf(volume);
  const mayLibrary = useMay("image.manage");
  const mayImport = useMay("domain.create");
  const may = (action: Volume["actions"][number]) => volume.actions.includes(action);
  const entry = (key: Dialog, icon: ReactNode, more: Partial<MenuEntry> = {}): MenuEntry => ({
    key,
    label: t(`storage.action.${key}`),
    icon,
    disabled: job !== null,
    run: () => setDialog(key),
    ...more,
  });
  const importable = APPLIANCES.test(volume.name) || FOREIGN.includes(volume.format);
  const entries: MenuEntry[] = [
    entry("facts", <InfoCircleIcon />, { disabled: false }),
    ...(may("download")
      ? [{ key: "download", label: t("storage.action.download"), icon: <DownloadIcon />, disabled: job !== null, run: () => download(`/volumes/${volume.id}/content/`, volume.name) }]
      : []),
    ...(importable && mayImport
      ? [{ key: "import", label: t("exchange.import.entry"), icon: <ArchiveIcon />, disabled: job !== null, run: () => void navigate(`/domains/import?volume=${volume.id}`) }]
      : []),
    ...(mayLibrary ? [entry("image", <BookIcon />)] : []),
    ...(may("resize") ? [entry("resize", <ExpandAltIcon />, { apart: true })] : []),
    ...(may("clone") ? [entry("clone", <CopyIcon />)] : []),
    ...(may("convert") ? [entry("convert", <ExchangeAltIcon />)] : []),
    ...(may("sparsify") ? [entry("sparsify", <CompressArrowsAltIcon />)] : []),
    ...(may("rename") ? [entry("rename", <EditIcon />)] : []),
    ...(may("wipe") ? [entry("wipe", <EraserIcon />, { danger: true, apart: true })] : []),
    ...(may("delete") ? [entry("delete", <TrashIcon />, { danger: true, apart: !may("wipe") })] : []),
  ];
  const Asked = dialog && DIALOGS[dialog];
  return (
    <>
      <Kebab label={t("domain.actionsOf", { name: volume.name })} entries={entries} />
      {Asked && <Asked volume={volume} pool={pool} onClose={() => setDialog(null)} />}
    </>
  );
}
