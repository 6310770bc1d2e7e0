"""Backups from the browser: a chain made, a restore point brought back as a new machine, a schedule, a disk moved."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.node import Node
from tests.e2e.visit import Visit
from tests.installation import eventually
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
NAME = "kept"
_POOLS = ("kept-disks", "kept-vault")
# A guest of firmware alone, with a disk that can keep what changed.
_GUEST = """
<domain type='qemu'><name>kept</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os>
<devices><controller type='usb' model='none'/>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{disk}'/>
<target dev='vda' bus='virtio'/></disk><serial type='pty'/></devices></domain>
"""


@dataclass(frozen=True)
class Kept:
    """The running domain that is backed up here."""

    id: str
    node: Node
    admin: Person


@pytest.fixture(scope="module")
def kept(node: Node, admin: Person) -> Iterator[Kept]:
    folders = {pool: node.daemon.directory(pool) for pool in _POOLS}
    for pool, folder in folders.items():
        node.virsh("pool-create-as", pool, "dir", "--target", str(folder))
    disk = node.daemon.file(f"{_POOLS[0]}/kept.qcow2", b"")
    # virsh makes the older version of the format, which keeps no record of what changed.
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(disk), "16M"], check=True)
    node.virsh("pool-refresh", _POOLS[0])
    node.virsh("define", str(node.daemon.file("kept.xml", _GUEST.format(disk=disk))))
    node.virsh("start", NAME)
    domain = Kept(node.virsh("domuuid", NAME).strip(), node, admin)
    eventually(
        lambda: (
            all(admin.get("/pools/", name=pool)["results"] for pool in _POOLS)
            and admin.get("/domains/", name=NAME, state="running")["results"]
        ),
        within=30.0,
        what="the pools and the running domain are known",
    )
    yield domain
    node.virsh("destroy", NAME)
    for name in node.virsh("list", "--all", "--name").split():
        if name.startswith(NAME):
            node.virsh("undefine", name, "--checkpoints-metadata")
    for pool in _POOLS:
        node.virsh("pool-destroy", pool)


def open_tab(visit: Visit, domain: str, tab: str) -> Locator:
    visit.go(f"/domains/{domain}?tab={tab}")
    visit.is_live()
    return visit.page.get_by_role("tabpanel")


def test_a_running_domain_is_backed_up_twice_and_restored(visit: Visit, kept: Kept) -> None:
    panel = open_tab(visit, kept.id, "backups")
    expect(panel).to_contain_text("No backups yet")
    dialog = visit.page.get_by_role("dialog")
    rows = panel.get_by_role("row")
    for count, kind in ((1, "Full"), (2, "Incremental")):
        panel.get_by_role("button", name="Back up now").click()
        if count == 1:
            pools = dialog.get_by_label("Where it goes")
            vault = pools.locator("option", has_text=_POOLS[1])
            pools.select_option(label=vault.inner_text())
        expect(dialog.get_by_role("region", name="What will happen")).to_contain_text("kept is running")
        dialog.get_by_role("button", name="Back up now").click()
        expect(dialog).to_have_count(0)
        expect(rows.filter(has_text="Complete")).to_have_count(count)
        expect(rows.filter(has_text=kind)).to_have_count(1)

    newest = rows.filter(has_text="Incremental")
    newest.get_by_role("button", name="Actions of kept").click()
    visit.page.get_by_role("menuitem", name=re.compile("^Verify")).click()
    expect(newest).to_contain_text("verified")

    newest.get_by_role("button", name="Restore: kept").click()
    field = dialog.get_by_label("Name of the new one")
    expect(field).to_have_value("kept-restored")
    dialog.get_by_role("button", name="Restore").click()
    expect(dialog).to_have_count(0)
    expect(visit.toast("Restore from backup: done for")).to_be_visible()
    assert "kept-restored" in kept.node.virsh("list", "--all", "--name")


def test_a_schedule_says_when_it_comes_next(visit: Visit, kept: Kept) -> None:
    visit.go("/backups?tab=schedules")
    visit.is_live()
    visit.page.get_by_role("button", name="Create schedule").first.click()
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Nightly")
    dialog.get_by_label("How often").select_option(label="Every week")
    expect(dialog).to_contain_text("Every week on Sun at 02:00")
    dialog.get_by_role("textbox", name="Virtual machines").fill(NAME)
    visit.page.get_by_role("menuitem", name=NAME, exact=True).click()
    visit.page.keyboard.press("Escape")
    pools = dialog.get_by_label("Where it goes")
    pools.select_option(label=pools.locator("option", has_text=_POOLS[1]).inner_text())
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog).to_have_count(0)
    row = visit.page.get_by_role("row").filter(has_text="Nightly")
    expect(row).to_contain_text("Every week on Sun at 02:00")
    expect(row).to_contain_text(re.compile(r"in \d"))
    row.get_by_role("switch").press("Space")
    expect(row).to_contain_text("off")
    row.get_by_role("button", name="Actions of Nightly").click()
    visit.choose("Delete")
    dialog.get_by_role("button", name="Delete").click()
    expect(visit.page.get_by_text("No schedules yet")).to_be_visible()


def test_a_disk_moves_while_its_guest_runs(visit: Visit, kept: Kept) -> None:
    panel = open_tab(visit, kept.id, "hardware")
    panel.get_by_role("button", name="Actions of Disk vda").click()
    visit.choose("Move to another pool")
    dialog = visit.page.get_by_role("dialog")
    pools = dialog.get_by_label("Storage pool")
    pools.select_option(label=pools.locator("option", has_text=_POOLS[1]).inner_text())
    expect(dialog.get_by_role("region", name="What will happen")).to_contain_text("goes on meanwhile")
    dialog.get_by_role("button", name="Move").click()
    expect(dialog).to_have_count(0)
    expect(panel.get_by_role("row").filter(has_text="Disk vda")).to_contain_text(f"{_POOLS[1]}/")
    eventually(
        lambda: f"/{_POOLS[1]}/" in kept.node.virsh("domblklist", NAME),
        within=20.0,
        what="it runs from the other pool",
    )
