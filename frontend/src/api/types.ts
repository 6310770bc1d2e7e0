/** The shapes of the REST API, by the names that the pages use. All but the last come from the OpenAPI document. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type BulkPlan = Schemas["BulkPlan"];
export type BulkResult = Schemas["BulkOutcome"];
export type ConsoleTicket = Schemas["Console"];
export type ConsoleType = Schemas["ConsoleType"];
export type Credentials = Schemas["CredentialsRequest"];
export type Domain = Schemas["DomainList"];
export type DomainDetail = Schemas["Domain"];
export type DomainState = Schemas["DomainState"];
export type DomainStats = Schemas["DomainStats"];
export type DomainXML = Schemas["DomainXML"];
export type Event = Schemas["Event"];
export type Guest = Schemas["Guest"];
export type Host = Schemas["Host"];
export type HostInterface = Schemas["HostInterface"];
export type HostState = Schemas["HostState"];
export type HostWish = Schemas["HostBodyRequest"];
export type Image = Schemas["Image"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type Me = Schemas["Me"];
export type Migration = Schemas["MigrateBodyRequest"];
export type MigrationPlan = Schemas["Plan"];
export type Network = Schemas["Network"];
export type NewToken = Schemas["NewToken"];
export type Offer = Schemas["Offer"];
export type OpenJob = Schemas["OpenJob"];
export type Permission = Me["permissions"]["everywhere"][number];
export type Plan = Schemas["Plan"];
export type PlannedChange = Schemas["PlannedChange"];
export type Pool = Schemas["Pool"];
export type PoolState = Schemas["PoolState"];
export type Reference = Schemas["Reference"];
export type Revision = Schemas["Revision"];
export type RevisionDiff = Schemas["RevisionDiff"];
export type SecondFactor = Schemas["SecondFactor"];
export type SignedInSession = Schemas["Session"];
export type Snapshot = Schemas["Snapshot"];
export type SnapshotWish = Schemas["SnapshotBodyRequest"];
export type StatsHistory = Schemas["DomainHistory"];
export type Token = Schemas["Token"];
export type TokenWish = Schemas["TokenWriteRequest"];
export type Volume = Schemas["Volume"];

/** One page of a list. The document has one such type for every kind. */
export interface Page<T> {
  count: number;
  next: string | null;
  previous: string | null;
  results: T[];
}
