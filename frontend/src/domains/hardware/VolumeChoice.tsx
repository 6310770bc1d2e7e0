import { Alert, FormGroup, FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Volume } from "../../api/types";
import { bytes } from "../../ui/format";
import { Complaint } from "./FieldsForm";
import { useLibraryDiscs, usePools, useVolumes } from "./queries";

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
  const library = useLibraryDiscs(host, discs);
  // What nobody uses first; discs may be in many drives at once.
  const rank = (volume: Volume) => (discs ? Number(!isDisc(volume)) : Number(volume.used_by.length > 0));
  const sorted = [...(volumes.data ?? [])].sort((one, other) => rank(one) - rank(other));
  const about = (volume: Volume) =>
    [volume.name, bytes(volume.capacity_bytes ?? 0, i18n.language), !discs && volume.used_by.length > 0 && t("creation.usedBy", { name: volume.used_by.map(({ name }) => name).join(", ") })].filter(Boolean).join(" · ");
  if (pools.data?.length === 0) return <Alert isInline variant="info" title={t("hardware.disk.noPools")} />;
  return (
    <>
      {(library.data?.length ?? 0) > 0 && (
        <FormGroup label={t("hardware.disk.library")} fieldId={`${id}-library`}>
          <FormSelect id={`${id}-library`} value={library.data?.some((each) => each.value === value) ? value : ""} onChange={(_event, next) => onChange(next)}>
            <FormSelectOption value="" label={t("hardware.disk.fromPool")} />
            {library.data?.map((each) => <FormSelectOption key={each.value} value={each.value} label={each.label} />)}
          </FormSelect>
        </FormGroup>
      )}
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
            <FormSelectOption key={volume.id} value={volume.id} label={about(volume)} />
          ))}
        </FormSelect>
        <Complaint id={`${id}-help`} text={complaint} />
      </FormGroup>
    </>
  );
}
