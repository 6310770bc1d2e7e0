"""libvirt networks of the hosts."""
