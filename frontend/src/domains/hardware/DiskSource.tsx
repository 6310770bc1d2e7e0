import { FormGroup, FormSelect, FormSelectOption, Radio } from "@patternfly/react-core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { BytesInput } from "../../ui/BytesInput";
import { bytes } from "../../ui/format";
import { bytesOf } from "../../ui/sizes";
import { Complaint, type Errors } from "./FieldsForm";
import { usePools } from "./queries";
import { VolumeChoice } from "./VolumeChoice";

type Wish = Record<string, unknown>;
type Origin = "new" | "volume" | "empty";

const FORMATS = ["qcow2", "raw"] as const;
const ORIGINS: Readonly<Record<string, readonly Origin[]>> = { disk: ["new", "volume"], cdrom: ["volume", "empty"], floppy: ["volume", "empty"] };

interface DiskSourceProps {
  /** disk, cdrom or floppy. */
  device: string;
  host: string;
  errors: Errors;
  onChange: (wish: Wish | null) => void;
}

/** What a new disk is made of: room in a pool, a volume that is there, or for a drive nothing yet. */
export function DiskSource({ device, host, errors, onChange }: DiskSourceProps) {
  const { t, i18n } = useTranslation();
  const pools = usePools(host);
  const [origin, setOrigin] = useState<Origin>(ORIGINS[device]?.[0] ?? "new");
  const [picked, setPool] = useState("");
  const [capacity, setCapacity] = useState("20 GiB");
  const [format, setFormat] = useState<string>(FORMATS[0]);
  const [volume, setVolume] = useState("");
  const pool = picked || (pools.data?.[0]?.id ?? "");
  const capacityBytes = bytesOf(capacity);

  useEffect(() => {
    const named = device === "disk" ? {} : { device };
    if (origin === "empty") onChange(named);
    else if (origin === "volume") onChange(volume === "" ? null : { ...named, volume });
    else onChange(pool === "" || capacityBytes === null ? null : { pool, capacity_bytes: capacityBytes, format });
  }, [device, origin, pool, capacityBytes, format, volume, onChange]);

  return (
    <>
      <FormGroup role="radiogroup" label={t("hardware.disk.origin")} fieldId="add-origin" isInline>
        {(ORIGINS[device] ?? []).map((each) => (
          <Radio key={each} id={`origin-${each}`} name="origin" label={t(`hardware.disk.from.${each}`)} isChecked={origin === each} onChange={() => setOrigin(each)} />
        ))}
      </FormGroup>
      {origin === "new" && (
        <>
          <FormGroup label={t("pool.one")} fieldId="add-pool" isRequired>
            <FormSelect id="add-pool" value={pool} onChange={(_event, next) => setPool(next)} isDisabled={!pools.data} aria-describedby="add-pool-help">
              {pools.data?.length === 0 && <FormSelectOption value="" label={t("hardware.disk.noPools")} isPlaceholder />}
              {pools.data?.map((each) => (
                <FormSelectOption
                  key={each.id}
                  value={each.id}
                  label={t("hardware.disk.poolFree", { name: each.name, free: bytes(each.available_bytes, i18n.language) })}
                />
              ))}
            </FormSelect>
            <Complaint id="add-pool-help" text={errors.pool?.join(" ")} />
          </FormGroup>
          <FormGroup label={t("volume.capacity")} fieldId="add-capacity" isRequired>
            <BytesInput
              id="add-capacity"
              label={t("volume.capacity")}
              text={capacity}
              onChange={setCapacity}
              validated={errors.capacity_bytes ? "error" : "default"}
              aria-describedby="add-capacity-help"
            />
            <Complaint id="add-capacity-help" text={errors.capacity_bytes?.join(" ")} />
          </FormGroup>
          <FormGroup label={t("volume.format")} fieldId="add-format">
            <FormSelect id="add-format" value={format} onChange={(_event, next) => setFormat(next)} aria-describedby="add-format-help">
              {FORMATS.map((each) => (
                <FormSelectOption key={each} value={each} label={each} />
              ))}
            </FormSelect>
            <Complaint id="add-format-help" text={errors.format?.join(" ")} />
          </FormGroup>
        </>
      )}
      {origin === "volume" && <VolumeChoice host={host} value={volume} onChange={setVolume} complaint={errors.volume?.join(" ")} discs={device !== "disk"} />}
    </>
  );
}
