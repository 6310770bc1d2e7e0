import { Alert, Button, Card, CardBody, CardTitle, Content, DataList, DataListAction, DataListCell, DataListItem, DataListItemCells, DataListItemRow, Label } from "@patternfly/react-core";
import { CheckCircleIcon, KeyIcon, ListIcon, MobileAltIcon } from "@patternfly/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { SecondFactor } from "../../api/types";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { FactsSkeleton } from "../../ui/Facts";
import { ProblemAlert, ProblemPage } from "../../ui/Problems";
import { When } from "../../ui/Values";
import { useMe } from "../queries";
import { AppDialog } from "./AppDialog";
import { KeyDialog } from "./KeyDialog";
import { useProof, withoutAsking } from "./Proof";
import { useBeginApp, useNewCodes, useRemoveFactor, useSecondFactors, type NewApp } from "./queries";
import { RecoveryCodesDialog } from "./RecoveryCodes";

const ICONS = { totp: MobileAltIcon, webauthn: KeyIcon, recovery_codes: ListIcon };

/** What one has beside the password, and what one can add to it. */
export function SecondFactorsCard() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe().data;
  const factors = useSecondFactors();
  const { attempt, dialog } = useProof();
  const begin = useBeginApp();
  const renew = useNewCodes();
  const remove = useRemoveFactor();
  const [app, setApp] = useState<NewApp | null>(null);
  const [addingKey, setAddingKey] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [removing, setRemoving] = useState<SecondFactor | null>(null);

  // Only now: where a second factor had to be set up first, the whole page changes with it.
  const settled = () => void client.invalidateQueries({ queryKey: ["me"] });
  const added = (fresh?: string[]) => {
    setApp(null);
    setAddingKey(false);
    if (fresh) setCodes(fresh);
    else settled();
  };
  const rows = factors.data ?? [];
  const on = rows.some((each) => each.kind !== "recovery_codes");
  const hasApp = rows.some((each) => each.kind === "totp");

  return (
    <Card>
      <CardTitle component="h2">
        <span className="ol-status">
          {t("account.factors.title")}
          {factors.isSuccess && (on ? <Label isCompact color="green" icon={<CheckCircleIcon />}>{t("account.factors.on")}</Label> : <Label isCompact>{t("account.factors.off")}</Label>)}
        </span>
      </CardTitle>
      <CardBody className="ol-stack">
        <Content component="p">{t("account.factors.body")}</Content>
        {me?.second_factor.required && <Content component="p">{t("account.factors.required")}</Content>}
        {factors.isPending && <FactsSkeleton rows={2} />}
        {factors.isError && <ProblemPage error={factors.error} retry={() => void factors.refetch()} />}
        <ProblemAlert error={withoutAsking(begin.error ?? renew.error)} />
        {rows.length > 0 && (
          <DataList aria-label={t("account.factors.title")} isCompact>
            {rows.map((each) => (
              <Factor key={each.id} factor={each} onRemove={() => setRemoving(each)} />
            ))}
          </DataList>
        )}
        {rows.some((each) => each.left !== null && each.left < 3) && <Alert isInline variant="warning" title={t("account.codes.few")} />}
        {factors.isSuccess && (
          <div className="ol-actions">
            {!hasApp && (
              <Button variant={on ? "secondary" : "primary"} icon={<MobileAltIcon />} isLoading={begin.isPending} onClick={() => attempt(async () => setApp(await begin.mutateAsync()))}>
                {t("account.app.add")}
              </Button>
            )}
            <Button variant="secondary" icon={<KeyIcon />} onClick={() => setAddingKey(true)}>
              {t("account.key.add")}
            </Button>
            {on && (
              <Button variant="link" isLoading={renew.isPending} onClick={() => attempt(async () => setCodes((await renew.mutateAsync(undefined)).recovery_codes))}>
                {t("account.codes.renew")}
              </Button>
            )}
          </div>
        )}
      </CardBody>
      {dialog}
      {app && <AppDialog app={app} onAdded={added} onClose={() => setApp(null)} />}
      {addingKey && <KeyDialog onAdded={added} onClose={() => setAddingKey(false)} />}
      {codes && (
        <RecoveryCodesDialog
          codes={codes}
          username={me?.username ?? ""}
          onClose={() => {
            setCodes(null);
            settled();
          }}
        />
      )}
      {removing && !dialog && (
        <ConfirmDialog
          title={t("account.factors.removeTitle", { name: nameOf(removing, t) })}
          confirm={t("account.factors.remove")}
          busy={remove.isPending}
          error={withoutAsking(remove.error)}
          onConfirm={() =>
            attempt(async () => {
              await remove.mutateAsync(removing.id);
              setRemoving(null);
              settled();
            })
          }
          onClose={() => {
            setRemoving(null);
            remove.reset();
          }}
        >
          {t(rows.filter((each) => each.kind !== "recovery_codes").length === 1 && removing.kind !== "recovery_codes" ? "account.factors.removeLast" : "account.factors.removeBody")}
        </ConfirmDialog>
      )}
    </Card>
  );
}

function nameOf(factor: SecondFactor, t: (key: string) => string): string {
  return factor.name || t(`account.kind.${factor.kind}`);
}

function Factor({ factor, onRemove }: { factor: SecondFactor; onRemove: () => void }) {
  const { t } = useTranslation();
  const Icon = ICONS[factor.kind];
  const name = nameOf(factor, t);
  return (
    <DataListItem aria-label={name}>
      <DataListItemRow>
        <DataListItemCells
          dataListCells={[
            <DataListCell key="name" wrapModifier="breakWord">
              <span className="ol-device">
                <Icon /> {name}
              </span>
              <p className="ol-quiet">
                {factor.left !== null ? (
                  t("account.codes.left", { count: factor.left })
                ) : (
                  <>
                    {factor.name && `${t(`account.kind.${factor.kind}`)} · `}
                    {factor.last_used_at ? (
                      <>
                        {t("account.factors.used")} <When at={factor.last_used_at} />
                      </>
                    ) : (
                      t("account.factors.unused")
                    )}
                  </>
                )}
              </p>
            </DataListCell>,
          ]}
        />
        <DataListAction id={`${factor.id}-actions`} aria-labelledby={`${factor.id}-actions`} aria-label={name}>
          <Button variant="link" isDanger onClick={onRemove} aria-label={t("account.factors.removeTitle", { name })}>
            {t("account.factors.remove")}
          </Button>
        </DataListAction>
      </DataListItemRow>
    </DataListItem>
  );
}
