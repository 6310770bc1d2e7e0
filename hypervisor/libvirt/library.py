"""Which libvirt this process itself uses."""

import libvirt


def _version(number: int) -> tuple[int, int, int]:
    """libvirt counts 1,000,000 a major, 1,000 a minor version."""
    return number // 1_000_000, number // 1000 % 1000, number % 1000


LIBRARY_VERSION = _version(libvirt.getVersion())
