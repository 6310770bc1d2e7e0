import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import { Facts, FactsSkeleton } from "../../ui/Facts";
import { ProblemAlert } from "../../ui/Problems";
import { Bytes, Copyable } from "../../ui/Values";
import { useVolume } from "../queries";
import type { Layer } from "../shapes";
import type { VolumeDialogProps } from "./dialogs";
import { Users } from "./Users";

/** All that is known of a volume: what it stands on, what stands on it. */
export function VolumeDialog({ volume, pool, onClose }: VolumeDialogProps) {
  const { t } = useTranslation();
  const query = useVolume(volume.id);
  const whole = query.data;
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="volume-title">
      <ModalHeader title={volume.name} labelId="volume-title" />
      <ModalBody>
        <ProblemAlert error={query.error} />
        {query.isPending && <FactsSkeleton rows={5} />}
        {whole && (
          <Facts
            columns={1}
            facts={[
              [t("pool.one"), `${pool.name} · ${pool.host.name}`],
              [t("volume.format"), [whole.format || whole.type, whole.encryption].filter(Boolean).join(" · ")],
              [t("volume.capacity"), <Bytes value={whole.capacity_bytes} />],
              [t("volume.allocation"), <Bytes value={whole.allocation_bytes} />],
              [t("volume.path"), <Copyable>{whole.path}</Copyable>],
              [t("storage.usedBy"), <Users users={whole.used_by} words={whole.used_by_words} />],
              [t("storage.chain"), whole.chain.length > 0 ? <Layers layers={whole.chain} /> : null],
              [t("storage.layers"), whole.layers.length > 0 ? <Layers layers={whole.layers} /> : null],
              ["UUID", <Copyable>{whole.id}</Copyable>],
            ]}
          />
        )}
      </ModalBody>
      <ModalFooter>
        <Button variant="secondary" onClick={onClose}>
          {t("close")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function Layers({ layers }: { layers: readonly Layer[] }) {
  return (
    <ol>
      {layers.map(({ path, format, pool }) => (
        <li key={path}>
          <code className="ol-break">{path}</code> <span className="ol-quiet">{[format, pool?.name].filter(Boolean).join(" · ")}</span>
        </li>
      ))}
    </ol>
  );
}
