import { FormGroup, Grid, GridItem, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { TextField } from "../../ui/fields";
import type { CreationForm } from "./form";
import type { CreationOptions } from "./shapes";
import { bytesToGiB, SIZE_NAMES, SIZES, type SizeName } from "./sizes";

/** Whether the disk's size is asked: one that exists has its own. */
const hasNewDisk = ({ source, disks }: CreationForm): boolean => !["template", "container", "xml", "disk"].includes(source) && disks.length > 0;

function isOfSize(values: CreationForm, name: SizeName): boolean {
  const { vcpus, memory, disk } = SIZES[name];
  return values.vcpus === vcpus && values.memory === memory && (!hasNewDisk(values) || values.disks[0]?.size === disk);
}

/** CPUs, memory and disk: at a glance, and to the letter. Left empty they are what suits the system. */
export function Size({ form, values, options }: { form: UseFormReturn<CreationForm>; values: CreationForm; options: CreationOptions | undefined }) {
  const { t } = useTranslation();
  const withDisk = hasNewDisk(values);
  const system = options?.os.find(({ id }) => id === values.os);
  const take = (name: SizeName) => {
    const { vcpus, memory, disk } = SIZES[name];
    form.setValue("vcpus", vcpus, { shouldDirty: true });
    form.setValue("memory", memory, { shouldDirty: true });
    if (withDisk) form.setValue("disks.0.size", disk, { shouldDirty: true });
  };
  const columns = withDisk ? 4 : 6;
  const usual = t("creation.default");
  return (
    <FormGroup label={t("creation.size")} role="group" isStack>
      <ToggleGroup aria-label={t("creation.size")} className="ol-wrap">
        {SIZE_NAMES.map((name) => (
          <ToggleGroupItem key={name} buttonId={`size-${name}`} text={t(`creation.sizes.${name}`)} isSelected={isOfSize(values, name)} onChange={() => take(name)} />
        ))}
      </ToggleGroup>
      <Grid hasGutter>
        <GridItem span={12} sm={columns}>
          <TextField form={form} name="vcpus" label={t("domain.vcpus")} placeholder={system ? String(system.vcpus) : usual} autoComplete="off" />
        </GridItem>
        <GridItem span={12} sm={columns}>
          <TextField form={form} name="memory" label={t("creation.memoryGiB")} placeholder={system ? bytesToGiB(system.memory_bytes) : usual} autoComplete="off" />
        </GridItem>
        {withDisk && (
          <GridItem span={12} sm={4}>
            <TextField form={form} name="disks.0.size" label={t("creation.diskGiB")} placeholder={system ? bytesToGiB(system.disk_bytes) : usual} autoComplete="off" />
          </GridItem>
        )}
      </Grid>
    </FormGroup>
  );
}
