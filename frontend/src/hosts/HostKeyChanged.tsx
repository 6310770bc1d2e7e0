import { Alert, Button, Checkbox, List, ListComponent, ListItem } from "@patternfly/react-core";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";

import type { Host } from "../api/types";
import { useJobRequest } from "../jobs/queries";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Facts } from "../ui/Facts";
import { Copyable } from "../ui/Values";
import { HOST_KEY_COMMAND } from "./hostKey";
import { confirmHostKey } from "./queries";

/** The machine shows another SSH key than the known one: both below each other, what to do, and the way to take the new one. */
export function HostKeyChanged({ host }: { host: Host }) {
  const { t } = useTranslation();
  // The fingerprint that was shown when somebody pressed the button: no other is taken.
  const [asking, setAsking] = useState<string | null>(null);
  const shown = host.shown_host_key;
  const mayConfirm = shown !== null && host.actions.includes("confirm-host-key");
  return (
    <Alert
      isInline
      variant="danger"
      title={t("host.hostKey.changed", { name: host.name })}
      actionLinks={
        mayConfirm && (
          <Button variant="secondary" isDanger onClick={() => setAsking(shown.fingerprint)}>
            {t("host.hostKey.confirm")}
          </Button>
        )
      }
    >
      <div className="ol-stack">
        <p>{t("host.hostKey.changedBody")}</p>
        <Facts
          columns={1}
          facts={[
            [t("host.hostKey.known"), host.host_key && <Copyable>{host.host_key.fingerprint}</Copyable>],
            [t("host.hostKey.new"), shown && <Copyable>{shown.fingerprint}</Copyable>],
          ]}
        />
        {mayConfirm ? (
          <List component={ListComponent.ol}>
            <ListItem>
              <Trans i18nKey="host.hostKey.step.compare" values={{ command: HOST_KEY_COMMAND }} components={{ code: <code className="ol-break" /> }} />
            </ListItem>
            <ListItem>{t("host.hostKey.step.same")}</ListItem>
            <ListItem>{t("host.hostKey.step.other")}</ListItem>
          </List>
        ) : (
          <p>{t("host.hostKey.ask")}</p>
        )}
      </div>
      {asking !== null && <ConfirmKeyDialog host={host} fingerprint={asking} onClose={() => setAsking(null)} />}
    </Alert>
  );
}

function ConfirmKeyDialog({ host, fingerprint, onClose }: { host: Host; fingerprint: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [compared, setCompared] = useState(false);
  const confirm = useJobRequest(confirmHostKey);
  return (
    <ConfirmDialog
      title={t("host.hostKey.confirmTitle", { name: host.name })}
      confirm={t("host.hostKey.confirm")}
      busy={confirm.isPending}
      disabled={!compared}
      error={confirm.error}
      onConfirm={() => confirm.mutate({ id: host.id, fingerprint }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <div className="ol-stack">
        <p>{t("host.hostKey.confirmBody")}</p>
        <p>
          <code className="ol-break">{fingerprint}</code>
        </p>
        <Checkbox id="new-host-key-compared" label={t("host.hostKey.compared")} isChecked={compared} onChange={(_event, yes) => setCompared(yes)} />
      </div>
    </ConfirmDialog>
  );
}
