import { Button, Label } from "@patternfly/react-core";
import { DesktopIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { browserName } from "../../access/browserName";
import { api } from "../../api/client";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { FactsSkeleton } from "../../ui/Facts";
import { ProblemPage } from "../../ui/Problems";
import { When } from "../../ui/Values";
import { NothingYet } from "../Listed";
import { useAccountChange, useSessionsOf } from "../queries";
import type { Session, User } from "../shapes";

/** Where somebody is signed in now. */
export function SessionsOf({ user }: { user: User }) {
  const { t } = useTranslation();
  const sessions = useSessionsOf(user.id);
  const [ending, setEnding] = useState(false);
  const end = useAccountChange((id: string) => api.post(`/users/${id}/end-sessions/`));
  if (sessions.isPending) return <FactsSkeleton rows={3} />;
  if (sessions.isError && !sessions.data) return <ProblemPage error={sessions.error} retry={() => void sessions.refetch()} />;
  if (sessions.data.length === 0) return <NothingYet title={t("admin.users.noSessions")} body={t("admin.users.noSessionsBody", { name: user.username })} icon={DesktopIcon} />;
  return (
    <>
      <Table variant="compact" aria-label={t("admin.users.sessions")}>
        <Thead>
          <Tr>
            <Th>{t("account.sessions.browser")}</Th>
            <Th>{t("account.sessions.address")}</Th>
            <Th>{t("account.sessions.begun")}</Th>
            <Th>{t("account.sessions.seen")}</Th>
          </Tr>
        </Thead>
        <Tbody>
          {sessions.data.map((session) => (
            <Tr key={session.id}>
              <Td dataLabel={t("account.sessions.browser")} modifier="breakWord">
                <Browser session={session} />
              </Td>
              <Td dataLabel={t("account.sessions.address")}>
                <code>{session.address || "–"}</code>
              </Td>
              <Td dataLabel={t("account.sessions.begun")}>
                <When at={session.created_at} />
              </Td>
              <Td dataLabel={t("account.sessions.seen")}>
                <When at={session.last_seen_at} />
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {user.actions.includes("edit") && (
        <div className="ol-buttons">
          <Button variant="secondary" isDanger onClick={() => setEnding(true)}>
            {t("admin.users.action.endSessions")}
          </Button>
        </div>
      )}
      {ending && (
        <ConfirmDialog
          title={t("admin.users.ask.endSessions.title", { name: user.username })}
          confirm={t("admin.users.action.endSessions")}
          busy={end.isPending}
          error={end.error}
          onConfirm={() => end.mutate(user.id, { onSuccess: () => setEnding(false) })}
          onClose={() => setEnding(false)}
        >
          {t("admin.users.ask.endSessions.body", { name: user.username })}
        </ConfirmDialog>
      )}
    </>
  );
}

function Browser({ session }: { session: Session }) {
  const { t } = useTranslation();
  const name = browserName(session.user_agent);
  const text = name ? (name.system ? t("account.sessions.on", { browser: name.browser, system: name.system }) : name.browser) : session.user_agent || t("account.sessions.unknown");
  return (
    <span className="ol-labels" title={session.user_agent}>
      {text}
      {session.current && (
        <Label isCompact color="blue">
          {t("account.sessions.current")}
        </Label>
      )}
    </span>
  );
}
