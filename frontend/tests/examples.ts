import type { Domain, DomainDetail, Host, Job, Me, Page, Permission, Pool, Snapshot, Volume } from "../src/api/types";

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
    last_backup: null,
    owner: null,
    schedules: 0,
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
    reached_by: "ssh",
    shown_host_key: null,
    certificate: null,
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

export function pool(over: Partial<Pool> = {}): Pool {
  return {
    id: "pool-1",
    uuid: "00000000-0000-4000-8000-0000000000a1",
    name: "images",
    host: { id: "host-2", name: "node2" },
    type: "dir",
    state: "running",
    persistent: true,
    autostart: true,
    capacity_bytes: 100 * 1024 ** 3,
    allocation_bytes: 40 * 1024 ** 3,
    available_bytes: 60 * 1024 ** 3,
    target: "/srv/images",
    source: "",
    detail: {},
    shared: null,
    volumes: 1,
    job: null,
    updated_at: AT,
    version: 1,
    actions: ["stop", "refresh", "edit", "delete", "create_volume", "upload", "fetch"],
    ...over,
  };
}

export function volume(over: Partial<Volume> = {}): Volume {
  return {
    id: "volume-1",
    name: "disk.qcow2",
    pool: { id: "pool-1", name: "images" },
    owner: null,
    host: { id: "host-2", name: "node2" },
    path: "/srv/images/disk.qcow2",
    type: "file",
    format: "qcow2",
    encryption: "",
    capacity_bytes: 10 * 1024 ** 3,
    allocation_bytes: 1024 ** 3,
    backing: "",
    backing_format: "",
    used_by: [],
    used_by_words: "",
    job: null,
    updated_at: AT,
    version: 1,
    actions: ["resize", "clone", "convert", "wipe", "sparsify", "rename", "delete", "upload", "download"],
    ...over,
  };
}

/** All that somebody can be permitted. */
const ALL: readonly Permission[] = [
  "host.read", "host.enrol", "host.edit", "host.refresh", "host.delete", "cluster.read", "cluster.edit",
  "domain.read", "domain.start", "domain.shutdown", "domain.reboot", "domain.reset", "domain.destroy",
  "domain.suspend", "domain.resume", "domain.save", "domain.restore", "domain.migrate", "domain.undefine",
  "domain.console", "domain.read_xml", "domain.create", "domain.edit", "domain.edit_xml", "domain.clone",
  "domain.snapshot", "domain.revert", "domain.guest", "domain.host_paths", "domain.host_devices", "domain.raw_qemu",
  "template.read", "template.manage", "domain.backup", "domain.export", "pool.read", "pool.create", "pool.edit",
  "pool.start", "pool.stop", "pool.refresh", "pool.build", "pool.delete", "volume.create", "volume.edit",
  "volume.wipe", "volume.delete", "volume.upload", "volume.download", "volume.attach", "image.manage", "network.read",
  "network.create", "network.edit", "network.start", "network.stop", "network.delete", "network.use", "filter.manage",
  "job.read", "job.cancel", "event.read", "audit.read", "metrics.read", "user.manage", "role.manage", "grant.manage",
  "grant.share", "quota.manage",
];

export function me(over: Partial<Me> = {}): Me {
  return {
    id: "user-1",
    username: "admin",
    name: "",
    theme: "auto",
    source: "local",
    has_password: true,
    must_change_password: false,
    second_factor: { enabled: false, required: false },
    roles: ["administrator"],
    permissions: { everywhere: [...ALL], somewhere: [], on: {} },
    ...over,
  };
}
