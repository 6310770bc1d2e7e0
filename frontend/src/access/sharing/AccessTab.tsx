import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Icon, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { ShareAltIcon, UserIcon, UsersIcon, UserTagIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { asProblem } from "../../api/problem";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { FactsSkeleton } from "../../ui/Facts";
import { OutdatedAlert, ProblemPage } from "../../ui/Problems";
import { useToast } from "../../ui/toast";
import { ObjectName } from "../ObjectName";
import { useMay, useMe } from "../queries";
import { rolesOnIt } from "./givable";
import { takeBack, useGrantsOn, useSharing, type GrantOn, type Shared } from "./queries";
import { ShareDialog } from "./ShareDialog";

/** Who may do what on one object and through what they may, with the way to let others in. */
export default function AccessTab({ object }: { object: Shared }) {
  const { t } = useTranslation();
  const query = useGrantsOn(object);
  const me = useMe().data;
  const mayPeople = useMay("user.manage");
  const mayRoles = useMay("role.manage");
  const [sharing, setSharing] = useState(false);
  const [taking, setTaking] = useState<GrantOn | null>(null);
  if (query.isPending) return <FactsSkeleton rows={4} />;
  // One may share other objects, and this one not.
  if (query.data === undefined && asProblem(query.error).forbidden) {
    return (
      <EmptyState variant="sm" titleText={t("access.notYours", { name: object.name })} icon={UserTagIcon} headingLevel="h2">
        <EmptyStateBody>{t("access.notYoursBody")}</EmptyStateBody>
      </EmptyState>
    );
  }
  if (query.data === undefined) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  const { results, may_share } = query.data;
  const button = may_share && (
    <Button variant="primary" icon={<ShareAltIcon />} onClick={() => setSharing(true)}>
      {t("access.share")}
    </Button>
  );
  const mine = me ? rolesOnIt(results, me) : [];
  return (
    <>
      {query.isError && <OutdatedAlert error={query.error} retry={() => void query.refetch()} />}
      {results.length === 0 ? (
        <EmptyState variant="sm" titleText={t("access.none")} icon={UserTagIcon} headingLevel="h2">
          <EmptyStateBody>{t(may_share ? "access.noneBody" : "access.noneYet", { name: object.name })}</EmptyStateBody>
          {button && (
            <EmptyStateFooter>
              <EmptyStateActions>{button}</EmptyStateActions>
            </EmptyStateFooter>
          )}
        </EmptyState>
      ) : (
        <>
          {button && (
            <Toolbar>
              <ToolbarContent>
                <ToolbarItem>{button}</ToolbarItem>
              </ToolbarContent>
            </Toolbar>
          )}
          <Table variant="compact" aria-label={t("access.of", { name: object.name })}>
            <Thead>
              <Tr>
                <Th>{t("access.who")}</Th>
                <Th>{t("access.role")}</Th>
                <Th>{t("access.through")}</Th>
                <Th screenReaderText={t("table.actions")} />
              </Tr>
            </Thead>
            <Tbody>
              {results.map((grant) => (
                <Tr key={grant.id}>
                  <Td dataLabel={t("access.who")}>
                    <Whom to={grant.to} linked={mayPeople} />
                  </Td>
                  <Td dataLabel={t("access.role")}>{mayRoles ? <Link to={`/admin/roles/${grant.role.id}`}>{grant.role.name}</Link> : grant.role.name}</Td>
                  <Td dataLabel={t("access.through")} modifier="breakWord">
                    <Through through={grant.through} />
                  </Td>
                  <Td isActionCell>
                    {grant.actions.includes("delete") && grant.through === null && (
                      <Button variant="link" size="sm" isDanger onClick={() => setTaking(grant)} aria-label={t("access.takeBackOf", { role: grant.role.name, name: grant.to.name })}>
                        {t("access.takeBack")}
                      </Button>
                    )}
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        </>
      )}
      {sharing && <ShareDialog object={object} mine={mine} onClose={() => setSharing(false)} />}
      {taking && <TakeBackDialog grant={taking} object={object} onClose={() => setTaking(null)} />}
    </>
  );
}

function Whom({ to, linked }: { to: GrantOn["to"]; linked: boolean }) {
  const { t } = useTranslation();
  const Picture = to.kind === "user" ? UserIcon : UsersIcon;
  return (
    <span className="ol-state">
      <Icon>
        <Picture aria-label={t(`kind.${to.kind}`)} />
      </Icon>
      {linked ? <Link to={`/admin/${to.kind}s/${to.id}`}>{to.name}</Link> : to.name}
    </span>
  );
}

function Through({ through }: { through: GrantOn["through"] }) {
  const { t } = useTranslation();
  if (through === null) return <span className="ol-quiet">{t("access.here")}</span>;
  return through.kind === "everywhere" ? <>{t("access.everywhere")}</> : <ObjectName object={through} />;
}

function TakeBackDialog({ grant, object, onClose }: { grant: GrantOn; object: Shared; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const request = useSharing(takeBack);
  const { name } = grant.to;
  const role = grant.role.name;
  return (
    <ConfirmDialog
      title={t("access.takeBackTitle", { name, role })}
      confirm={t("access.takeBack")}
      busy={request.isPending}
      error={request.error}
      onConfirm={() =>
        request.mutate(grant.id, {
          onSuccess: () => {
            onClose();
            say({ variant: "success", title: t("access.takenBack", { name, role }) });
          },
        })
      }
      onClose={onClose}
    >
      {t("access.takeBackBody", { name, object: object.name })}
    </ConfirmDialog>
  );
}
