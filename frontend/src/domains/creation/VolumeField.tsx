import type { FieldPath, UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { bytes } from "../../ui/format";
import { Combobox } from "../../ui/Combobox";
import type { CreationForm } from "./form";
import { imagesByVolume, libraryFirst, type Image } from "./library";
import type { OfferedVolume } from "./shapes";

interface VolumeFieldProps {
  form: UseFormReturn<CreationForm>;
  name: FieldPath<CreationForm>;
  label: string;
  help?: string;
  required?: boolean;
  host: string;
  volumes: readonly OfferedVolume[] | undefined;
  /** Said where the host has none. */
  none?: string;
  /** Of the library: what holds one of them comes first and says so. */
  images?: readonly Image[];
}

const NO_IMAGES: readonly Image[] = [];

/** A volume of the host's pools, with what tells it from others of its name. */
export function VolumeField({ form, name, label, help, required = true, host, volumes, none, images = NO_IMAGES }: VolumeFieldProps) {
  const { t, i18n } = useTranslation();
  const held = imagesByVolume(images);
  const ofLibrary = (id: string) => {
    const image = held.get(id);
    return image && t("creation.inLibrary", { name: [image.name, image.os?.name].filter(Boolean).join(", ") });
  };
  const about = ({ id, pool, format, capacity_bytes, used_by }: OfferedVolume) =>
    [ofLibrary(id), pool.name, format, bytes(capacity_bytes, i18n.language), used_by && t("creation.usedBy", { name: used_by })].filter(Boolean).join(" · ");
  return (
    <Combobox
      form={form}
      name={name}
      label={label}
      help={help}
      required={required}
      placeholder={t(host ? "creation.chooseVolume" : "creation.hostFirst")}
      busy={host !== "" && volumes === undefined}
      none={none ?? t("creation.noVolume")}
      choices={libraryFirst(volumes ?? [], images).map((volume) => ({ value: volume.id, label: volume.name, description: about(volume) }))}
    />
  );
}
