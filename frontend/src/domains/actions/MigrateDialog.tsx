import {
  Alert,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  Icon,
  List,
  ListItem,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Skeleton,
  Switch,
} from "@patternfly/react-core";
import { CheckCircleIcon, ExclamationCircleIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Domain, Migration } from "../../api/types";
import { useJobRequest } from "../../jobs/queries";
import { ProblemAlert } from "../../ui/Problems";
import { migrate, useMigrationPlan, useTargetHosts } from "../queries";

/** Where to move a running domain, with what stands against it before anything is done. */
export function MigrateDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { t } = useTranslation();
  const targets = useTargetHosts(domain);
  const [migration, setMigration] = useState<Migration>({ host: "", copy_storage: false });
  const request = useJobRequest((wish: Migration) => migrate(domain.id, wish));
  const plan = useMigrationPlan(domain, migration, request.isIdle || request.isError);
  const ready = plan.data?.allowed === true && !plan.isFetching && !request.isPending;

  return (
    <Modal elementToFocus="#migrate-host" isOpen variant="small" onClose={onClose} aria-labelledby="migrate-title">
      <ModalHeader title={t("migrate.title", { name: domain.name })} description={t("migrate.body")} labelId="migrate-title" />
      <ModalBody>
        <Form
          id="migrate"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) request.mutate(migration, { onSuccess: onClose });
          }}
        >
          <ProblemAlert error={targets.error ?? request.error} />
          {targets.data?.length === 0 ? (
            <Alert isInline variant="info" title={t("migrate.nowhere", { host: domain.host.name })} />
          ) : (
            <FormGroup label={t("migrate.host")} fieldId="migrate-host" isRequired>
              <FormSelect
                id="migrate-host"
                value={migration.host}
                onChange={(_event, host) => setMigration({ ...migration, host })}
                isDisabled={targets.isPending}
              >
                <FormSelectOption value="" label={t("migrate.choose")} isPlaceholder />
                {targets.data?.map((host) => <FormSelectOption key={host.id} value={host.id} label={host.name} />)}
              </FormSelect>
              <FormHelperText>
                <HelperText>
                  <HelperTextItem>{t("migrate.from", { host: domain.host.name })}</HelperTextItem>
                </HelperText>
              </FormHelperText>
            </FormGroup>
          )}
          <Switch
            id="migrate-copy"
            label={t("migrate.copy")}
            isChecked={migration.copy_storage}
            onChange={(_event, copy) => setMigration({ ...migration, copy_storage: copy })}
          />
          {migration.host !== "" && (
            <section aria-label={t("migrate.checks")} aria-live="polite" aria-busy={plan.isFetching}>
              {plan.isPending && <Skeleton width="80%" screenreaderText={t("migrate.checking")} />}
              <ProblemAlert error={plan.error} />
              {plan.data && (
                <List isPlain>
                  {plan.data.checks.map((check) => (
                    <ListItem
                      key={check.code}
                      icon={
                        <Icon status={check.ok ? "success" : "danger"}>
                          {check.ok ? <CheckCircleIcon title={t("migrate.fine")} /> : <ExclamationCircleIcon title={t("migrate.obstacle")} />}
                        </Icon>
                      }
                    >
                      {check.detail || t(`migrate.check.${check.code}`, { defaultValue: check.code })}
                    </ListItem>
                  ))}
                </List>
              )}
            </section>
          )}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="migrate" variant="primary" isDisabled={!ready} isLoading={request.isPending}>
          {t("domain.action.migrate")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
