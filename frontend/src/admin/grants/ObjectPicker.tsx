import { useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { Combobox } from "../../ui/Combobox";
import { SelectField } from "../../ui/fields";
import { ProblemAlert } from "../../ui/Problems";
import { useSettled } from "../../ui/usePlan";
import { GRANTABLE_KINDS, useObjects, type Found } from "../queries";
import type { GrantAnswers } from "./grantWish";

/** Everywhere, or one object of a kind, found by its name. */
export function ObjectPicker({ form, kind }: { form: UseFormReturn<GrantAnswers>; kind: GrantAnswers["kind"] }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [picked, setPicked] = useState<Found | null>(null);
  const found = useObjects(kind, useSettled(typed.trim()));
  // What was picked keeps its name when the next search does not find it.
  const offered = [...(found.data ?? []), ...(picked && !found.data?.some(({ id }) => id === picked.id) ? [picked] : [])];
  return (
    <>
      <SelectField
        form={form}
        name="kind"
        label={t("admin.grants.where")}
        help={t(kind === "" ? "admin.grants.everywhereHelp" : `admin.grants.onHelp.${kind}`)}
        options={[{ value: "", label: t("admin.grants.everywhere") }, ...GRANTABLE_KINDS.map((value) => ({ value, label: t("admin.grants.onOne", { kind: t(`kindInText.${value}`) }) }))]}
        onPicked={() => {
          form.setValue("object", "");
          setPicked(null);
        }}
      />
      {kind !== "" && (
        <Combobox
          key={kind}
          form={form}
          name="object"
          label={t(`kind.${kind}`)}
          required
          placeholder={t("admin.grants.byName")}
          choices={offered.map(({ id, name, host }) => ({ value: id, label: name, description: host?.name }))}
          busy={found.isFetching}
          none={t("table.nothing")}
          onTyped={setTyped}
          onPicked={(id) => setPicked(offered.find((each) => each.id === id) ?? null)}
        />
      )}
      <ProblemAlert error={found.error} />
    </>
  );
}
