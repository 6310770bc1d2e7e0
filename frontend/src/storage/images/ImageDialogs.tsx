import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { TextField } from "../../ui/fields";
import { FormDialog } from "../../ui/FormDialog";
import { ProblemAlert } from "../../ui/Problems";
import { useComplaints } from "../../ui/useComplaints";
import type { Image } from "../shapes";

interface ImageForm {
  name: string;
  os: string;
  description: string;
}

/** What the library says of it. */
export function EditImageDialog({ image, onClose }: { image: Image; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const form = useForm<ImageForm>({ defaultValues: { name: image.name, os: image.os?.short_id || (image.os?.id ?? ""), description: image.description } });
  const edit = useMutation({
    mutationFn: (changes: ImageForm) => api.patch<Image>(`/images/${image.id}/`, changes),
    onSuccess: () => client.invalidateQueries({ queryKey: ["image"] }),
  });
  const shown = useComplaints(form, edit.error);
  return (
    <FormDialog title={t("image.editTitle", { name: image.name })} submit={t("save")} busy={edit.isPending} onSubmit={() => edit.mutate(form.getValues(), { onSuccess: onClose })} onClose={onClose}>
      <ProblemAlert error={edit.error} shownFields={shown} />
      <TextField form={form} name="name" label={t("name")} required autoFocus autoComplete="off" />
      <TextField form={form} name="os" label={t("image.os")} help={t("image.osHelp")} autoComplete="off" code />
      <TextField form={form} name="description" label={t("domain.description")} lines={2} />
    </FormDialog>
  );
}

/** The library forgets it; its volumes stay where they are. */
export function TakeOutDialog({ image, onClose }: { image: Image; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.delete<unknown>(`/images/${image.id}/`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["image"] }),
  });
  return (
    <ConfirmDialog title={t("image.takeOutTitle", { name: image.name })} confirm={t("image.takeOut")} busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })} onClose={onClose}>
      {t("image.takeOutBody", { count: image.copies.length })}
    </ConfirmDialog>
  );
}
