import { FormGroup, Radio } from "@patternfly/react-core";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { KINDS, type Kind } from "../kinds";
import type { NetworkForm } from "./form";

interface KindChoiceProps {
  form: UseFormReturn<NetworkForm>;
  chosen: Kind;
  /** What the host can make; all, while it is not known. */
  offered?: readonly Kind[];
}

/** The first question: whom guests shall reach. */
export function KindChoice({ form, chosen, offered = KINDS }: KindChoiceProps) {
  const { t } = useTranslation();
  return (
    <FormGroup role="radiogroup" label={t("network.whatFor")} isStack>
      {KINDS.filter((kind) => offered.includes(kind)).map((kind) => (
        <Radio
          key={kind}
          id={`kind-${kind}`}
          name="kind"
          label={t(`network.kind.${kind}`)}
          description={t(`network.kindBody.${kind}`)}
          isChecked={kind === chosen}
          onChange={() => form.setValue("kind", kind, { shouldDirty: true })}
        />
      ))}
    </FormGroup>
  );
}
