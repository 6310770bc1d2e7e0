import { Alert, Button } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Host } from "../api/types";
import { useJobRequest } from "../jobs/queries";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Facts } from "../ui/Facts";
import { Copyable, useAgo } from "../ui/Values";
import { confirmHostKey } from "./queries";

/** The machine shows another SSH key than the known one: both, and the way to take the new one. */
export function HostKeyChanged({ host }: { host: Host }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const confirm = useJobRequest(confirmHostKey);
  const seen = useAgo(host.seen_at);
  const shown = host.shown_host_key;
  return (
    <Alert
      isInline
      variant="danger"
      title={t("host.hostKey.changed", { name: host.name })}
      actionLinks={
        shown &&
        host.actions.includes("confirm-host-key") && (
          <Button variant="secondary" isDanger onClick={() => setAsking(true)}>
            {t("host.hostKey.confirm")}
          </Button>
        )
      }
    >
      <p>{t("host.hostKey.changedBody")}</p>
      <Facts
        columns={1}
        facts={[
          [t("host.hostKey.known"), host.host_key && <Copyable>{host.host_key.fingerprint}</Copyable>],
          [t("host.hostKey.new"), shown && <Copyable>{`${shown.type} ${shown.fingerprint}`}</Copyable>],
        ]}
      />
      {host.seen_at && <p>{t("host.lastSeen", { ago: seen })}</p>}
      {asking && shown && (
        <ConfirmDialog
          title={t("host.hostKey.confirmTitle", { name: host.name })}
          confirm={t("host.hostKey.confirm")}
          busy={confirm.isPending}
          error={confirm.error}
          onConfirm={() => confirm.mutate({ id: host.id, fingerprint: shown.fingerprint }, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        >
          {t("host.hostKey.confirmBody", { fingerprint: shown.fingerprint })}
        </ConfirmDialog>
      )}
    </Alert>
  );
}
