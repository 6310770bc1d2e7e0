"""What was copied out of a volume is opened only when it is still what was looked at."""

from io import BytesIO

import pytest

from domains.exchange.inspecting import BadImage, InsideDisk, check_fetched

_DESCRIPTOR = b'# Disk DescriptorFile\nversion=1\ncreateType="monolithicFlat"\nRW 2 FLAT "/etc/passwd" 0\n'


def test_a_disk_that_was_changed_after_the_look_is_not_opened() -> None:
    disk = InsideDisk("disk.img", "raw", 1024, 0, 1024)
    check_fetched(disk, BytesIO(bytes(1024)))
    with pytest.raises(BadImage, match="/etc/passwd"):
        check_fetched(disk, BytesIO(_DESCRIPTOR.ljust(1024, b"\0")))
    with pytest.raises(BadImage, match="changed"):
        check_fetched(InsideDisk("disk.vmdk", "vmdk", 1024, 0, 1024), BytesIO(bytes(1024)))
