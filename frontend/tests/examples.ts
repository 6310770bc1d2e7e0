import type { Domain, DomainDetail, Host, Job, Page, Snapshot } from "../src/api/types";

const AT = "2026-11-01T12:00:00Z";

export const page = <T>(results: T[], count = results.length): Page<T> => ({ count, next: null, previous: null, results });

export function domain(over: Partial<DomainDetail> = {}): DomainDetail & Domain {
  return {
    id: "00000000-0000-4000-8000-000000000001",
    name: "web1",
    title: "",
    description: "",
    state: "running",
    reason: "booted",
    stale: false,
    seen_at: AT,
    host: { id: "host-1", name: "node1" },
    cluster: null,
    driver: "qemu",
    vcpus: 1,
    memory_bytes: 134_217_728,
    max_memory_bytes: 134_217_728,
    persistent: true,
    autostart: false,
    has_managed_save: false,
    has_pending: false,
    protected: false,
    tags: [],
    os_type: "hvm",
    arch: "x86_64",
    machine: "q35",
    domain_type: "qemu",
    firmware: "bios",
    consoles: ["vnc"],
    job: null,
    conflict: null,
    created_at: AT,
    updated_at: AT,
    version: 1,
    actions: ["shutdown", "reboot", "reset", "destroy", "suspend", "save", "migrate", "console", "read_xml"],
    addresses: [],
    disks: [],
    interfaces: [],
    ...over,
  };
}

export function host(over: Partial<Host> = {}): Host {
  return {
    id: "host-2",
    name: "node2",
    uri: "qemu+ssh://root@node2/system",
    migration_uri: "",
    state: "up",
    error: null,
    cluster: null,
    driver: "qemu",
    hostname: "node2",
    libvirt_version: "9.0.0",
    hypervisor_version: "7.2.0",
    arch: "x86_64",
    cpu_model: "",
    cpus: 2,
    cpu_percent: null,
    memory_bytes: 8_589_934_592,
    memory_used_bytes: null,
    domains: { total: 0, running: 0 },
    seen_at: AT,
    stale: false,
    has_credentials: false,
    host_key: null,
    job: null,
    created_at: AT,
    updated_at: AT,
    version: 1,
    actions: ["edit", "refresh", "delete"],
    ...over,
  };
}

export function job(over: Partial<Job> = {}): Job {
  return {
    id: "job-1",
    kind: "domain.start",
    state: "queued",
    progress: 0,
    step: "",
    transfer: null,
    object: { kind: "domain", id: domain().id, name: "web1" },
    host: { id: "host-1", name: "node1" },
    requested_by: null,
    created_at: AT,
    started_at: null,
    finished_at: null,
    updated_at: AT,
    error: null,
    result: null,
    parent: null,
    children: null,
    cancellable: false,
    version: 1,
    ...over,
  };
}

export function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    id: `snapshot-${over.name ?? "base"}`,
    name: "base",
    parent: null,
    description: "",
    state: "shutoff",
    current: false,
    memory: false,
    external: false,
    disks: [{ target: "vda", snapshot: "internal", source: "" }],
    taken_at: AT,
    updated_at: AT,
    version: 1,
    ...over,
  };
}
