import { EmptyState, EmptyStateBody, PageSection } from "@patternfly/react-core";
import { CubesIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { HostName } from "../../access/HostName";
import { useMaySomewhere } from "../../access/queries";
import { JobInline } from "../../jobs/JobProgress";
import { DataTable, type Column } from "../../ui/DataTable";
import { PageHead } from "../../ui/PageHead";
import { useTableState } from "../../ui/tableState";
import { Bytes, When } from "../../ui/Values";
import { useTemplates } from "./queries";
import type { Template } from "./shapes";
import { TemplateActions } from "./TemplateActions";
import { TemplatePage } from "./TemplatePage";

/** The templates, or one of them. */
export function TemplatesPage() {
  const { id } = useParams();
  return id ? <TemplatePage key={id} id={id} /> : <TemplatesList />;
}

function TemplatesList() {
  const { t } = useTranslation();
  const table = useTableState([], "name");
  const query = useTemplates(table.query);
  const mayMake = useMaySomewhere("template.manage");
  const newest = (template: Template) => template.versions.find(({ number }) => number === template.latest);
  const columns: Column<Template>[] = [
    {
      key: "name",
      title: t("name"),
      sort: "name",
      cell: (template) => (
        <>
          <Link to={`/templates/${template.id}`}>{template.name}</Link>
          {template.description && <div className="ol-quiet">{template.description}</div>}
          {template.job && <JobInline job={template.job} />}
        </>
      ),
    },
    { key: "host", title: t("host.one"), cell: (template) => <HostName host={template.host} /> },
    { key: "version", title: t("template.version"), numeric: true, fit: true, cell: (template) => template.latest ?? "–" },
    { key: "cpus", title: t("domain.vcpus"), numeric: true, fit: true, from: "lg", cell: (template) => newest(template)?.vcpus ?? "–" },
    { key: "memory", title: t("memory"), numeric: true, fit: true, from: "lg", cell: (template) => <Bytes value={newest(template)?.memory_bytes} /> },
    { key: "changed", title: t("changed"), fit: true, from: "lg", cell: (template) => <When at={template.updated_at} /> },
  ];
  return (
    <>
      <PageHead title={t("template.many")} />
      <PageSection isFilled>
        <DataTable
          label={t("template.many")}
          name="templates"
          columns={columns}
          table={table}
          query={query}
          rowActions={(template) => <TemplateActions template={template} inRow />}
          empty={
            <EmptyState titleText={t("template.none")} icon={CubesIcon} headingLevel="h2">
              <EmptyStateBody>{t(mayMake ? "template.noneBody" : "template.noneForYou")}</EmptyStateBody>
            </EmptyState>
          }
        />
      </PageSection>
    </>
  );
}
