import { zodResolver } from "@hookform/resolvers/zod";
import {
  Button,
  ExpandableSection,
  Form,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
} from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { Host, HostWish, Job } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { TextField } from "../../ui/fields";
import { ProblemAlert } from "../../ui/Problems";
import { enrol, useEditHost } from "../queries";
import { suggestedName } from "../uri";
import { EnrolProgress } from "./EnrolProgress";
import { HostKeyCheck } from "./HostKeyCheck";
import { CREDENTIALS, hostSchema, initialForm, transportOf, uriOf, wishOf, type HostForm } from "./hostForm";
import { InstallChoice } from "./InstallChoice";
import { Offers } from "./Offers";
import { URIFields } from "./URIFields";

const LONG_TEXTS = 4;

/** Add a host, or change the name, the address and the credentials of one. */
export function HostDialog({ host, onClose }: { host?: Host; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm<HostForm>({ resolver: zodResolver(hostSchema), defaultValues: initialForm(host) });
  const enrolment = useJobRequest(enrol);
  const edit = useEditHost(host?.id ?? "");
  const save = useMutation<Job | Host, unknown, HostWish>({
    mutationFn: (wish) => (host ? edit.mutateAsync(wish) : enrolment.mutateAsync(wish)),
  });
  const [job, setJob] = useState<Job | null>(null);
  const values = useWatch({ control: form.control }) as HostForm;
  const uri = uriOf(values);
  const transport = transportOf(uri);

  const submit = (filled: HostForm) =>
    save.mutate(wishOf(filled, host), {
      onSuccess: (answer) => {
        if (host) onClose();
        else setJob(answer as Job);
      },
      onError: (error) => {
        for (const [field, sentences] of Object.entries(asProblem(error).errors)) {
          const name = field.replace(/^credentials\./, "");
          const place = name === "uri" && !filled.written ? "host" : name;
          if (place in filled) form.setError(place as keyof HostForm, { message: sentences.join(" ") });
        }
      },
    });
  const take = (offered: string) => {
    form.setValue("written", true);
    form.setValue("uri", offered);
    if (!form.getValues("name")) form.setValue("name", suggestedName(offered));
  };
  const { setValue, getFieldState } = form;
  useEffect(() => {
    if (!host && !getFieldState("name").isDirty) setValue("name", suggestedName(uri));
  }, [uri, host, setValue, getFieldState]);

  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="host-title">
      <ModalHeader
        title={host ? t("host.edit.title", { name: host.name }) : t("host.add.title")}
        description={host ? undefined : t("host.add.body")}
        labelId="host-title"
      />
      <ModalBody>
        {job ? (
          <EnrolProgress job={job} onClose={onClose} />
        ) : (
          <Form id="host" onSubmit={(event) => void form.handleSubmit(submit)(event)} noValidate>
            <ProblemAlert error={save.error} shownFields={["name", "uri", "migration_uri", "ssh_password", "install", ...Object.values(CREDENTIALS).flat()]} />
            {!host && <Offers taken={uri} onTake={take} />}
            <URIFields form={form} />
            <TextField form={form} name="name" label={t("name")} help={t("host.nameHelp")} required />
            {transport === "ssh" && (
              <>
                <HostKeyCheck form={form} />
                <TextField
                  form={form}
                  name="ssh_password"
                  type="password"
                  autoComplete="off"
                  label={t("host.password.label")}
                  help={t("host.password.help")}
                />
              </>
            )}
            {transport && (
              <ExpandableSection
                toggleText={t(`host.credentials.${transport}`)}
                toggleContent={
                  <>
                    {t(`host.credentials.${transport}`)}{" "}
                    <span className="ol-quiet">{t(host?.has_credentials ? "host.credentials.stored" : "host.credentials.optional")}</span>
                  </>
                }
                isIndented
              >
                <div className="ol-stack">
                  {CREDENTIALS[transport].map((field) => (
                    <TextField
                      key={field}
                      form={form}
                      name={field}
                      label={t(`host.credentials.${field}`)}
                      help={t(`host.credentials.${field}_help`)}
                      lines={LONG_TEXTS}
                      code
                    />
                  ))}
                </div>
              </ExpandableSection>
            )}
            {transport === "ssh" && <InstallChoice form={form} values={values} known={host !== undefined} />}
            <ExpandableSection
              toggleText={t("host.advanced")}
              toggleContent={
                <>
                  {t("host.advanced")} <span className="ol-quiet">{values.migration_uri || t("host.advancedUnset")}</span>
                </>
              }
              isIndented
            >
              <TextField
                form={form}
                name="migration_uri"
                label={t("host.migrationURI")}
                help={t("host.migrationURIHelp")}
                placeholder="qemu+tls://node1.example.org/system"
                code
              />
            </ExpandableSection>
          </Form>
        )}
      </ModalBody>
      {!job && (
        <ModalFooter>
          <Button type="submit" form="host" variant="primary" isLoading={save.isPending} isDisabled={save.isPending}>
            {t(host ? "save" : "host.add.submit")}
          </Button>
          <Button variant="link" onClick={onClose}>
            {t("cancel")}
          </Button>
        </ModalFooter>
      )}
    </Modal>
  );
}
