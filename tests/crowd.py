"""A file of libvirt's test driver with many domains: the content of a node whose size is the point."""


def node_with(domains: int) -> str:
    """They run, as all of a file's domains do."""
    each = "".join(
        f"<domain type='test'><name>guest-{number:05}</name><memory unit='MiB'>{64 + number}</memory><vcpu>2</vcpu>"
        "<os><type>hvm</type></os></domain>"
        for number in range(domains)
    )
    return f"<node>{each}</node>"
