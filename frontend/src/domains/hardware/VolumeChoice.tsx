import { Alert, FormGroup, FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Volume } from "../../api/types";
import { bytes } from "../../ui/format";
import { Complaint } from "./FieldsForm";
import { usePools, useVolumes } from "./queries";

interface VolumeChoiceProps {
  host: string;
  value: string;
  onChange: (volume: string) => void;
  complaint?: string;
  /** Those that look like discs come first. */
  discs?: boolean;
}

const isDisc = (volume: Volume) => volume.format === "iso" || volume.name.toLowerCase().endsWith(".iso");

/** One of the volumes of the host, by its pool. */
export function VolumeChoice({ host, value, onChange, complaint, discs = false }: VolumeChoiceProps) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const pools = usePools(host);
  const [picked, setPicked] = useState("");
  const pool = picked || (pools.data?.[0]?.id ?? "");
  const volumes = useVolumes(pool);
  const sorted = discs ? [...(volumes.data ?? [])].sort((one, other) => Number(isDisc(other)) - Number(isDisc(one))) : (volumes.data ?? []);
  if (pools.data?.length === 0) return <Alert isInline variant="info" title={t("hardware.disk.noPools")} />;
  return (
    <>
      <FormGroup label={t("pool.one")} fieldId={`${id}-pool`}>
        <FormSelect
          id={`${id}-pool`}
          value={pool}
          isDisabled={!pools.data}
          onChange={(_event, next) => {
            setPicked(next);
            onChange("");
          }}
        >
          {pools.data?.map((each) => <FormSelectOption key={each.id} value={each.id} label={each.name} />)}
        </FormSelect>
      </FormGroup>
      <FormGroup label={t("hardware.disk.volume")} fieldId={`${id}-volume`} isRequired>
        <FormSelect
          id={`${id}-volume`}
          value={value}
          isDisabled={!volumes.data}
          validated={complaint ? "error" : "default"}
          aria-describedby={`${id}-help`}
          onChange={(_event, next) => onChange(next)}
        >
          <FormSelectOption value="" label={t(volumes.data?.length === 0 ? "hardware.disk.noVolumes" : "hardware.disk.choose")} isPlaceholder />
          {sorted.map((volume) => (
            <FormSelectOption key={volume.id} value={volume.id} label={`${volume.name} (${bytes(volume.capacity_bytes ?? 0, i18n.language)})`} />
          ))}
        </FormSelect>
        <Complaint id={`${id}-help`} text={complaint} />
      </FormGroup>
    </>
  );
}
