import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type BridgeOption = Schemas["BridgeOption"];
export type ClusterNetwork = Schemas["ClusterNetwork"];
export type ClusterPart = Schemas["ClusterPart"];
export type DeviceOption = Schemas["DeviceOption"];
export type FixedAddress = Schemas["DhcpHost"];
export type HostInterface = Schemas["HostInterface"];
export type Leases = Schemas["Leases"];
export type NetworkDetail = Schemas["NetworkDetail"];
export type NetworkFilter = Schemas["NetworkFilter"];
export type NetworkFilterDetail = Schemas["NetworkFilterDetail"];
export type NetworkOptions = Schemas["NetworkOptions"];
export type NetworkRow = Schemas["Network"];
export type NetworkSpec = Schemas["NetworkSpec"];
export type PortGroup = Schemas["PortGroup"];
