import { Button, Card, CardBody, CardTitle, Flex, Label, PageSection } from "@patternfly/react-core";
import { TrashIcon } from "@patternfly/react-icons";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { HostName } from "../../access/HostName";
import { useMayShare } from "../../access/queries";
import { JobProgress } from "../../jobs/JobProgress";
import { useJobOf, useJobRequest } from "../../jobs/queries";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Facts, FactsSkeleton } from "../../ui/Facts";
import { PageHead } from "../../ui/PageHead";
import { ProblemPage } from "../../ui/Problems";
import { Bytes, When } from "../../ui/Values";
import { deleteVersion, useTemplate } from "./queries";
import type { Template, TemplateVersion } from "./shapes";
import { CreateFrom, TemplateActions } from "./TemplateActions";

const AccessTab = lazy(() => import("../../access/sharing/AccessTab"));

/** One template: where it lies, and its versions. */
export function TemplatePage({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useTemplate(id);
  const template = query.data;
  return (
    <>
      <PageHead
        title={template?.name ?? t(query.isError ? "template.one" : "loading")}
        parent={{ title: t("template.many"), to: "/templates" }}
        actions={template && <TemplateActions template={template} />}
      />
      <PageSection isFilled>
        {template ? (
          <TemplateView template={template} />
        ) : query.isError ? (
          <ProblemPage error={query.error} retry={() => void query.refetch()} />
        ) : (
          <FactsSkeleton />
        )}
      </PageSection>
    </>
  );
}

function TemplateView({ template }: { template: Template }) {
  const { t } = useTranslation();
  const job = useJobOf(template);
  const mayShare = useMayShare("template");
  return (
    <div className="ol-stack">
      {job && <JobProgress job={job} />}
      <Facts
        facts={[
          [t("domain.description"), template.description],
          [t("host.one"), <HostName key="host" host={template.host} />],
          [t("template.made"), <When key="at" at={template.created_at} />],
        ]}
      />
      <Table variant="compact" aria-label={t("template.versions")}>
        <Thead>
          <Tr>
            <Th modifier="fitContent">{t("template.version")}</Th>
            <Th>{t("template.notes")}</Th>
            <Th>{t("template.source")}</Th>
            <Th modifier="fitContent">{t("domain.vcpus")}</Th>
            <Th modifier="fitContent">{t("memory")}</Th>
            <Th modifier="fitContent">{t("domain.disks")}</Th>
            <Th modifier="fitContent">{t("template.made")}</Th>
            <Th screenReaderText={t("table.actions")} />
          </Tr>
        </Thead>
        <Tbody>
          {template.versions.map((version) => (
            <VersionRow key={version.number} template={template} version={version} />
          ))}
        </Tbody>
      </Table>
      {mayShare && (
        <Card>
          <CardTitle component="h2">{t("tab.access")}</CardTitle>
          <CardBody>
            <Suspense fallback={<FactsSkeleton rows={3} />}>
              <AccessTab object={{ kind: "template", id: template.id, name: template.name }} />
            </Suspense>
          </CardBody>
        </Card>
      )}
    </div>
  );
}

function VersionRow({ template, version }: { template: Template; version: TemplateVersion }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const request = useJobRequest(deleteVersion);
  const { number, notes, source, created_by, created_at, disks, ready } = version;
  const size = disks.reduce((sum, disk) => sum + disk.capacity_bytes, 0);
  return (
    <Tr>
      <Td dataLabel={t("template.version")} className="ol-numeric" modifier="nowrap">
        {number} {!ready && <Label isCompact color="blue">{t("template.copying")}</Label>}
      </Td>
      <Td dataLabel={t("template.notes")}>{notes || "–"}</Td>
      <Td dataLabel={t("template.source")}>
        {source || "–"}
        {created_by && <div className="ol-quiet">{created_by}</div>}
      </Td>
      <Td dataLabel={t("domain.vcpus")} className="ol-numeric">{version.vcpus}</Td>
      <Td dataLabel={t("memory")} className="ol-numeric" modifier="nowrap"><Bytes value={version.memory_bytes} /></Td>
      <Td dataLabel={t("domain.disks")} className="ol-numeric" modifier="nowrap"><Bytes value={size} /></Td>
      <Td dataLabel={t("template.made")} modifier="nowrap"><When at={created_at} /></Td>
      <Td isActionCell className="ol-row-actions">
        <Flex flexWrap={{ default: "nowrap" }} gap={{ default: "gapSm" }} justifyContent={{ default: "justifyContentFlexEnd" }}>
          {ready && template.actions.includes("create") && <CreateFrom template={template} number={number} inRow />}
          {template.actions.includes("delete") && (
            <Button variant="plain" icon={<TrashIcon />} aria-label={t("template.deleteVersion", { number })} onClick={() => setAsked(true)} />
          )}
        </Flex>
        {asked && (
          <ConfirmDialog
            title={t("template.deleteVersionTitle", { name: template.name, number })}
            confirm={t("template.delete")}
            busy={request.isPending}
            error={request.error}
            onConfirm={() => request.mutate({ template: template.id, number }, { onSuccess: () => setAsked(false) })}
            onClose={() => setAsked(false)}
          >
            {disks.map(({ path }) => path).join(", ") || t("template.noDisks")}
          </ConfirmDialog>
        )}
      </Td>
    </Tr>
  );
}
