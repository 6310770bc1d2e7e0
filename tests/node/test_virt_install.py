"""A domain made with us is the one that virt-install makes, but for what docs/virt-install.md lists."""

import re
from pathlib import Path

import pytest

from hypervisor.xml.compare import compare
from tests.node.creating import Creator
from tests.node.site import Site
from tests.virt_install import CASES, MADE

_PROJECT = Path(__file__).parents[2]
DOCUMENT = _PROJECT / "docs" / "virt-install.md"
_LISTED = re.compile(r"^- `(?P<path>[^`]+)` \((?P<cases>[^)]+)\)", re.MULTILINE)
# What each domain has for itself, and what libvirt fills in where a definition does not name it.
_OWN = re.compile(r"^(uuid|name)$|emulator|currentMemory|source/@?file")
_MAC = re.compile(r"52:54:00(?::[0-9a-f]{2}){3}")


def differences(theirs: str, ours: str) -> set[str]:
    """Where the two differ."""
    same_card = (_MAC.sub("52:54:00:00:00:01", xml) for xml in (theirs, ours))
    return {one.path for one in compare(*same_card) if not _OWN.search(one.path)}


def listed(case: str) -> set[str]:
    """Where the document says that they differ."""
    found = _LISTED.finditer(DOCUMENT.read_text())
    return {
        one["path"] for one in found if {case, "all"} & {name.strip() for name in one["cases"].split(",")}
    }


@pytest.mark.parametrize("case", CASES)
def test_the_same_wish_makes_the_same_domain_but_for_what_is_listed(case: str, site: Site) -> None:
    plan = Creator(site).asked(200, plan=True, name="compared", type="qemu", **CASES[case][1])
    assert plan["allowed"], plan
    # The file's machine is of the QEMU that it was made with.
    theirs = (MADE / f"{case}.xml").read_text().replace("pc-i440fx-7.2", "pc")
    assert differences(theirs, plan["xml"]) == listed(case)
