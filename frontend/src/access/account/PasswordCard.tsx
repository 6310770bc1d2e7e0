import { zodResolver } from "@hookform/resolvers/zod";
import { ActionGroup, Button, Card, CardBody, CardTitle, Form } from "@patternfly/react-core";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import { asProblem } from "../../api/problem";
import { TextField } from "../../ui/fields";
import { ProblemAlert } from "../../ui/Problems";
import { useChangePassword } from "./queries";

const FIELDS = ["current_password", "new_password"] as const;

/** Change one's own password. `onChanged` hears of it. */
export function PasswordCard({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation();
  const change = useChangePassword();
  const schema = z
    .object({ current_password: z.string().min(1), new_password: z.string().min(10, t("account.password.short")), again: z.string() })
    .refine((given) => given.new_password === given.again, { path: ["again"], message: t("account.password.differ") });
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { current_password: "", new_password: "", again: "" } });
  const submit = ({ current_password, new_password }: z.infer<typeof schema>) =>
    change.mutate(
      { current_password, new_password },
      {
        onSuccess: () => {
          form.reset();
          onChanged();
        },
        onError: (error) => {
          for (const field of FIELDS) {
            const complaints = asProblem(error).errors[field];
            if (complaints) form.setError(field, { message: complaints.join(" ") });
          }
        },
      },
    );
  const complained = FIELDS.some((field) => asProblem(change.error ?? "").errors[field]);
  return (
    <Card>
      <CardTitle component="h2">{t("account.password.title")}</CardTitle>
      <CardBody>
        <Form className="ol-narrow-form" onSubmit={(event) => void form.handleSubmit(submit)(event)} noValidate>
          {change.error && !complained && <ProblemAlert error={change.error} />}
          <TextField form={form} name="current_password" label={t("account.password.current")} type="password" autoComplete="current-password" required />
          <TextField form={form} name="new_password" label={t("account.password.new")} type="password" autoComplete="new-password" help={t("account.password.help")} required />
          <TextField form={form} name="again" label={t("account.password.again")} type="password" autoComplete="new-password" required />
          <ActionGroup>
            <Button type="submit" variant="secondary" isLoading={change.isPending} isDisabled={change.isPending}>
              {t("account.password.submit")}
            </Button>
          </ActionGroup>
        </Form>
      </CardBody>
    </Card>
  );
}
