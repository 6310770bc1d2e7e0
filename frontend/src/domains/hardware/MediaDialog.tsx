import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { DomainDetail } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { PlanView } from "../../ui/PlanView";
import { usePlan } from "../../ui/usePlan";
import { planDevice, saveDevice } from "./queries";
import { useDeviceTitle } from "./titles";
import type { Device } from "./types";
import { VolumeChoice } from "./VolumeChoice";

/** Put another disc into a drive. */
export function MediaDialog({ domain, device, onClose }: { domain: DomainDetail; device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const title = useDeviceTitle();
  const [volume, setVolume] = useState("");
  const request = useJobRequest((wish: { volume: string }) => saveDevice(domain.id, device, wish));
  const plan = usePlan([domain.id, "media", device.key], request.isPending || volume === "" ? null : { volume }, (wish) =>
    planDevice(domain.id, device, wish),
  );
  const error = request.error ?? plan.error;
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="media-title">
      <ModalHeader title={t("hardware.media.title", { what: title(device) })} labelId="media-title" />
      <ModalBody>
        <Form
          id="media"
          onSubmit={(event) => {
            event.preventDefault();
            if (volume !== "") request.mutate({ volume }, { onSuccess: onClose });
          }}
        >
          <VolumeChoice host={domain.host.id} value={volume} onChange={setVolume} complaint={error ? asProblem(error).errors.volume?.join(" ") : undefined} discs />
          <PlanView plan={plan.plan} error={error} shownFields={["volume"]} busy={plan.busy} />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="media" variant="primary" isDisabled={volume === "" || request.isPending} isLoading={request.isPending}>
          {t("hardware.media.insert")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
