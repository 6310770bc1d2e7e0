import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, PageSection } from "@patternfly/react-core";
import { KeyIcon, PlusCircleIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Token } from "../api/types";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { FactsSkeleton } from "../ui/Facts";
import { PageHead } from "../ui/PageHead";
import { ProblemPage } from "../ui/Problems";
import { When } from "../ui/Values";
import { NewTokenDialog } from "./NewTokenDialog";
import { ScopeOf } from "./permissions/ScopeOf";
import { useRevokeToken, useTokens } from "./queries";

/** The API tokens of whoever is signed in. */
export function TokensPage() {
  const { t } = useTranslation();
  const tokens = useTokens();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const revoke = useRevokeToken();
  const add = (
    <Button variant="primary" icon={<PlusCircleIcon />} onClick={() => setCreating(true)}>
      {t("token.create")}
    </Button>
  );
  const rows = tokens.data?.results ?? [];
  return (
    <>
      <PageHead title={t("token.many")} actions={rows.length > 0 && add} />
      <PageSection isFilled>
        {tokens.isPending && <FactsSkeleton rows={4} />}
        {tokens.isError && <ProblemPage error={tokens.error} retry={() => void tokens.refetch()} />}
        {tokens.isSuccess && rows.length === 0 && (
          <EmptyState titleText={t("token.none")} icon={KeyIcon} headingLevel="h2">
            <EmptyStateBody>{t("token.noneBody")}</EmptyStateBody>
            <EmptyStateFooter>
              <EmptyStateActions>{add}</EmptyStateActions>
            </EmptyStateFooter>
          </EmptyState>
        )}
        {rows.length > 0 && (
          <Table variant="compact" aria-label={t("token.many")}>
            <Thead>
              <Tr>
                <Th>{t("name")}</Th>
                <Th>{t("token.permissions")}</Th>
                <Th>{t("token.created")}</Th>
                <Th>{t("token.expires")}</Th>
                <Th>{t("token.used")}</Th>
                <Th screenReaderText={t("table.actions")} />
              </Tr>
            </Thead>
            <Tbody>
              {rows.map((token) => (
                <Tr key={token.id}>
                  <Td dataLabel={t("name")}>{token.name}</Td>
                  <Td dataLabel={t("token.permissions")}>
                    <ScopeOf permissions={token.permissions} />
                  </Td>
                  <Td dataLabel={t("token.created")}>
                    <When at={token.created_at} />
                  </Td>
                  <Td dataLabel={t("token.expires")}><When at={token.expires_at} /></Td>
                  <Td dataLabel={t("token.used")}>{token.last_used_at ? <When at={token.last_used_at} /> : t("token.unused")}</Td>
                  <Td isActionCell>
                    <Button
                      variant="link"
                      isDanger
                      onClick={() => {
                        revoke.reset();
                        setRevoking(token);
                      }}
                    >
                      {t("token.revoke")}
                    </Button>
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </PageSection>
      {creating && <NewTokenDialog onClose={() => setCreating(false)} />}
      {revoking && (
        <ConfirmDialog
          title={t("token.revokeTitle", { name: revoking.name })}
          confirm={t("token.revoke")}
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(revoking.id, { onSuccess: () => setRevoking(null) })}
          onClose={() => setRevoking(null)}
        >
          {t("token.revokeBody")}
        </ConfirmDialog>
      )}
    </>
  );
}
