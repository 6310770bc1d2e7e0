import { zodResolver } from "@hookform/resolvers/zod";
import { Alert, Button, ClipboardCopy, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import type { Permission } from "../api/types";
import { SelectField, TextField } from "../ui/fields";
import { ProblemAlert } from "../ui/Problems";
import { useProof, withoutAsking } from "./account/Proof";
import { PermissionTree } from "./permissions/PermissionTree";
import { useCreateToken, useMe } from "./queries";

const DAYS = ["7", "30", "90", "365"] as const;
const DAY_MS = 86_400_000;
const schema = z.object({ name: z.string().trim().min(1), days: z.enum(DAYS), scope: z.enum(["all", "read", "some"]) });

export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateToken();
  const { attempt, dialog } = useProof();
  const may = useMe().data?.permissions;
  const permissions = [...(may?.everywhere ?? []), ...(may?.somewhere ?? [])];
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set());
  const form = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: { name: "", days: "90", scope: "all" },
  });
  const submit = ({ name, days, scope }: z.infer<typeof schema>) =>
    attempt(() =>
      create.mutateAsync({
        name,
        expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
        ...(scope === "some" && { permissions: permissions.filter((permission) => chosen.has(permission)) }),
        ...(scope === "read" && { permissions: permissions.filter((permission) => permission.endsWith(".read")) }),
      }),
    );

  const scope = useWatch({ control: form.control, name: "scope" });
  const nothing = scope === "some" && chosen.size === 0;
  if (dialog) return dialog;
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="token-title">
      <ModalHeader title={t("token.create")} labelId="token-title" />
      <ModalBody>
        {create.data ? (
          <Alert isInline variant="success" title={t("token.made", { name: create.data.name })}>
            <p>{t("token.once")}</p>
            <ClipboardCopy isReadOnly isCode hoverTip={t("copy")} clickTip={t("copied")} textAriaLabel={t("token.one")}>
              {create.data.token}
            </ClipboardCopy>
          </Alert>
        ) : (
          <Form id="token" onSubmit={(event) => void form.handleSubmit(submit)(event)} noValidate>
            <ProblemAlert error={withoutAsking(create.error)} />
            <TextField form={form} name="name" label={t("name")} help={t("token.nameHelp")} autoFocus required />
            <SelectField
              form={form}
              name="scope"
              label={t("token.permissions")}
              options={[
                { value: "all", label: t("token.all") },
                { value: "read", label: t("token.readOnly") },
                { value: "some", label: t("token.some") },
              ]}
              help={nothing ? t("token.choose") : undefined}
            />
            {scope === "some" && <PermissionTree label={t("token.permissions")} offered={permissions} chosen={chosen} onChange={setChosen} />}
            <SelectField
              form={form}
              name="days"
              label={t("token.expires")}
              options={DAYS.map((days) => ({ value: days, label: t("token.days", { count: Number(days) }) }))}
            />
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {create.data ? (
          <Button onClick={onClose}>{t("close")}</Button>
        ) : (
          <>
            <Button type="submit" form="token" isLoading={create.isPending} isDisabled={create.isPending || nothing}>
              {t("token.create")}
            </Button>
            <Button variant="link" onClick={onClose}>
              {t("cancel")}
            </Button>
          </>
        )}
      </ModalFooter>
    </Modal>
  );
}
