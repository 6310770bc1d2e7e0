import { Breadcrumb, BreadcrumbItem, Flex, FlexItem, PageSection, Title } from "@patternfly/react-core";
import { useEffect, type ReactNode } from "react";
import { Link } from "react-router";

interface PageHeadProps {
  title: string;
  /** After the title: the state, a count. */
  beside?: ReactNode;
  actions?: ReactNode;
  parent?: { title: string; to: string };
}

/** The top of every page: where one is, what it is called, what one can do here. Names the window too. */
export function PageHead({ title, beside, actions, parent }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · ovirtlite`;
  }, [title]);
  return (
    <PageSection className="ol-page-head">
      {parent && (
        <Breadcrumb className="ol-breadcrumb">
          <BreadcrumbItem render={({ className }) => <Link className={className} to={parent.to}>{parent.title}</Link>} />
          <BreadcrumbItem isActive>{title}</BreadcrumbItem>
        </Breadcrumb>
      )}
      <Flex justifyContent={{ default: "justifyContentSpaceBetween" }} alignItems={{ default: "alignItemsCenter" }}>
        <Flex alignItems={{ default: "alignItemsCenter" }} gap={{ default: "gapMd" }}>
          <Title headingLevel="h1" className="ol-name">
            {title}
          </Title>
          {beside}
        </Flex>
        {actions && <FlexItem>{actions}</FlexItem>}
      </Flex>
    </PageSection>
  );
}
