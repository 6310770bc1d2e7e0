"""The elements of a domain's definition that libvirt has and that this project has looked at, by where they stand.

From libvirt's schemas. What is missing here is unknown, and hypervisor.xml.reach lets nobody write it who may not
write everything: an element of a newer libvirt is added after somebody has read what it reaches on the host.
"""


def _words(said: str) -> frozenset[str]:
    return frozenset(said.split())


# Directly below the domain, beside `devices` and `metadata`.
SETTINGS = _words(
    """
    blkiotune bootloader bootloader_args clock cpu cputune currentMemory defaultiothread description features
    genid idmap iothreadids iothreads keywrap launchSecurity maxMemory memory memoryBacking memtune name
    numatune on_crash on_lockfailure on_poweroff on_reboot os perf pm resource seclabel sysinfo throttlegroups
    title uuid vcpu vcpus
    """
)

# Below `devices`.
DEVICES = _words(
    """
    audio channel console controller crypto disk emulator filesystem graphics hostdev hub input interface iommu
    lease memballoon memory nvram panic parallel pstore redirdev redirfilter rng serial shmem smartcard sound
    tpm video vsock watchdog
    """
)

# Anywhere deeper.
INNER = _words(
    """
    acceleration access acl acpi active_pcr_banks adapter address alias alignsize allocation apic arch audio
    auth avic backend backenddomain backingStore bandwidth banks baseBoard baselabel binary bios blkiotune block
    blockio boot bootloader bootloader_args bootmenu cache cachetune capabilities catchup cbitpos ccf-assist
    cell certificate cfpc channel char chassis cid cipher clipboard clock clusterSize cmdline coalesce codec
    compat config console controller cookie cookies counter cpu cputune current currentMemory dataStore database
    defaultiothread device dhCert direct dirty-ring discard disk distances downscript driver dtb e820_host
    emulator emulator_period emulator_quota emulatorpin emulatorsched encryption entry event evmcs extended_l2
    feature features fibrechannel filesystem filetransfer filterref fips firmware format frames frequencies
    genid geometry gic gid gl global_period global_quota graphics group group_name guest handle hap hard_limit hidden
    hint-dedicated host hostdev hpt htm hub hugepages hyperv ibs identity idmap image imagelabel inbound init
    initarg initdir initenv initgroup initiator initrd inituser input interconnects interface ioapic iommu
    iothread iothread_period iothread_quota iothreadids iothreadpin iothreads iothreadsched iotune ip ipi iqn
    ivgen jpeg kernel key keywrap kvm label latency launchSecurity lazy_refcounts line link listen loader local
    lock locked lockspace log mac master maxMemory max_size maxpagesize maxphysaddr memballoon memnode memory
    memoryBacking memorytune memtune metadata_cache microcode min_guarantee mirror mode model monitor mouse msi
    msrs mtu name nested-hv node nodemask nonpae nosharepages numa numatune nvram oemStrings on_lockfailure
    on_poweroff on_reboot os outbound output pae page pages pagesize panic parallel parameter parameters
    parentaddr partition passthrough path pcihole64 pcr perf period playback pm pmem pmu policy poll-control
    port portForward privnet product profile protocol pv-ipi pvspinlock queues quota range rate read_bytes_sec
    read_bytes_sec_max read_bytes_sec_max_length read_iops_sec read_iops_sec_max read_iops_sec_max_length
    readahead readonly reconnect redirdev redirfilter reducedPhysBits reenlightenment relaxed requested
    reservations reset resolution resource rng rom root route runtime rx sandbox sbbc script seclabel secret
    serial server session settings sev sha1 sha256 sha384 sha512 shareable shareipc sharenet shares shareuts
    shmem sibling signature size size_iops_sec slice slices smartcard smbios smm snapshot sndbuf soft_limit
    sound source space_hard_limit space_soft_limit spinlocks ssl statistics stats stimer streaming
    suspend-to-disk suspend-to-mem svm swap_hard_limit synic sysinfo system table tag target tb-cache tcg tdx
    teaming thread_pool throttlefilter throttlefilters timeout timer tlbflush topology total_bytes_sec
    total_bytes_sec_max total_bytes_sec_max_length total_iops_sec total_iops_sec_max total_iops_sec_max_length
    tpm transient tseg tune type uid usbdev uuid vapic vcpu vcpupin vcpus vcpusched vendor vendor_id video
    viridian virtiofs virtualport vlan vmcoreinfo vmport vmx vpindex vsock watchdog weight write_bytes_sec
    write_bytes_sec_max write_bytes_sec_max_length write_iops_sec write_iops_sec_max write_iops_sec_max_length
    wwn xen zlib zpci
    """
)
