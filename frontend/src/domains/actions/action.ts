import type { ComponentType } from "react";

import type { Domain, Job } from "../../api/types";

/** Something a person may do to a domain. Whether it is possible now, the server says in the domain's `actions`. */
export interface DomainAction {
  /** The verb of the API; texts are under `domain.action.<name>`. */
  name: string;
  icon: ComponentType;
  danger?: boolean;
  /** Ask first: something is lost. The texts are under `domain.confirm.<name>`. */
  confirm?: boolean;
  /** The start of a group in a menu. */
  apart?: boolean;
  request: (domain: Domain) => Promise<Job>;
}

export const allows = (domain: Pick<Domain, "actions">, action: { name: string }): boolean =>
  domain.actions.includes(action.name);
