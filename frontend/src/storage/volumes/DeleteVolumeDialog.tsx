import { useTranslation } from "react-i18next";

import { bytes } from "../../ui/format";
import { DeleteForGood } from "./DeleteForGood";
import type { VolumeDialogProps } from "./dialogs";

export function DeleteVolumeDialog({ volume, pool, onClose }: VolumeDialogProps) {
  const { t, i18n } = useTranslation();
  return (
    <DeleteForGood volume={volume} onClose={onClose}>
      <p>{t("storage.volume.lost", { name: volume.name, pool: pool.name, host: pool.host.name, size: bytes(volume.allocation_bytes, i18n.language) })}</p>
      <p>
        <code className="ol-break">{volume.path}</code>
      </p>
    </DeleteForGood>
  );
}
