import { Button, Card, CardBody, CardHeader, CardTitle, Label, Tooltip } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { SignedInSession } from "../../api/types";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { FactsSkeleton } from "../../ui/Facts";
import { ProblemAlert, ProblemPage } from "../../ui/Problems";
import { When } from "../../ui/Values";
import { browserName } from "../browserName";
import { useEndOthers, useEndSession, useSessions } from "./queries";

/** Where one is signed in. */
export function SessionsCard() {
  const { t } = useTranslation();
  const sessions = useSessions();
  const end = useEndSession();
  const endOthers = useEndOthers();
  const [endingAll, setEndingAll] = useState(false);
  const rows = sessions.data ?? [];
  const others = rows.filter((each) => !each.current).length;

  return (
    <Card>
      <CardHeader
        actions={{
          hasNoOffset: true,
          actions: others > 0 && (
            <Button variant="secondary" isDanger onClick={() => setEndingAll(true)}>
              {t("account.sessions.endOthers")}
            </Button>
          ),
        }}
      >
        <CardTitle component="h2">{t("account.sessions.title")}</CardTitle>
      </CardHeader>
      <CardBody>
        {sessions.isPending && <FactsSkeleton rows={2} />}
        {sessions.isError && <ProblemPage error={sessions.error} retry={() => void sessions.refetch()} />}
        <ProblemAlert error={end.error} />
        {rows.length > 0 && (
          <Table variant="compact" gridBreakPoint="grid-md" aria-label={t("account.sessions.title")}>
            <Thead>
              <Tr>
                <Th>{t("account.sessions.browser")}</Th>
                <Th>{t("account.sessions.address")}</Th>
                <Th>{t("account.sessions.begun")}</Th>
                <Th>{t("account.sessions.seen")}</Th>
                <Th screenReaderText={t("table.actions")} />
              </Tr>
            </Thead>
            <Tbody>
              {rows.map((each) => (
                <Tr key={each.id}>
                  <Td dataLabel={t("account.sessions.browser")}>
                    <Browser session={each} />
                  </Td>
                  <Td dataLabel={t("account.sessions.address")} className="ol-code">
                    {each.address || "–"}
                  </Td>
                  <Td dataLabel={t("account.sessions.begun")}>
                    <When at={each.created_at} />
                  </Td>
                  <Td dataLabel={t("account.sessions.seen")}>
                    <When at={each.last_seen_at} />
                  </Td>
                  <Td isActionCell>
                    {!each.current && (
                      <Button variant="link" isDanger isDisabled={end.isPending} onClick={() => end.mutate(each.id)}>
                        {t("account.sessions.end")}
                      </Button>
                    )}
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </CardBody>
      {endingAll && (
        <ConfirmDialog
          title={t("account.sessions.endOthersTitle", { count: others })}
          confirm={t("account.sessions.endOthers")}
          busy={endOthers.isPending}
          error={endOthers.error}
          onConfirm={() => endOthers.mutate(undefined, { onSuccess: () => setEndingAll(false) })}
          onClose={() => setEndingAll(false)}
        >
          {t("account.sessions.endOthersBody")}
        </ConfirmDialog>
      )}
    </Card>
  );
}

function Browser({ session }: { session: SignedInSession }) {
  const { t } = useTranslation();
  const name = browserName(session.user_agent);
  const text = name ? (name.system ? t("account.sessions.on", { browser: name.browser, system: name.system }) : name.browser) : session.user_agent || t("account.sessions.unknown");
  return (
    <span className="ol-labels">
      <Tooltip content={session.user_agent || t("account.sessions.unknown")}>
        <span className="ol-break">{text}</span>
      </Tooltip>
      {session.current && (
        <Label isCompact color="blue">
          {t("account.sessions.current")}
        </Label>
      )}
    </span>
  );
}
