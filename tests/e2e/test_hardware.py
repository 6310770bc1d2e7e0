"""A domain's hardware, snapshots, definition and history from the browser, and what becomes of it on the node."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.node import Node
from tests.e2e.visit import Visit
from tests.installation import eventually
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
POOL = "edited-disks"
# A guest of firmware alone, with room to plug something in.
_GUEST = """
<domain type='qemu'><name>edited</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
<devices><controller type='usb' model='none'/>
<controller type='pci' model='pcie-root-port'/><controller type='pci' model='pcie-root-port'/>
<controller type='pci' index='0' model='pcie-root'/>
<controller type='pci' model='pcie-root-port'/><controller type='pci' model='pcie-root-port'/>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{folder}/edited.qcow2'/>
<target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
<serial type='pty'/></devices></domain>
"""


@dataclass(frozen=True)
class Edited:
    """The domain that is changed here, off at first."""

    id: str
    node: Node

    def live(self) -> str:
        return self.node.virsh("dumpxml", "edited")

    def next_boot(self) -> str:
        return self.node.virsh("dumpxml", "--inactive", "edited")

    def is_on(self) -> bool:
        return self.node.is_running("edited")


@pytest.fixture(scope="module")
def edited(node: Node, admin: Person) -> Iterator[Edited]:
    folder = node.daemon.folder / POOL
    node.virsh("pool-create-as", POOL, "dir", "--target", str(folder), "--build")
    node.virsh("vol-create-as", POOL, "edited.qcow2", "16M", "--format", "qcow2")
    node.virsh("define", str(node.daemon.file("edited.xml", _GUEST.format(folder=folder))))
    domain = Edited(node.virsh("domuuid", "edited").strip(), node)
    eventually(
        lambda: (
            admin.get("/pools/", name=POOL)["results"] and admin.get("/domains/", name="edited")["results"]
        ),
        within=30.0,
        what="the pool and the domain are known",
    )
    yield domain
    if domain.is_on():
        node.virsh("destroy", "edited")
    node.virsh("undefine", "--snapshots-metadata", "edited")
    node.virsh("pool-destroy", POOL)


def open_tab(visit: Visit, edited: Edited, tab: str) -> Locator:
    """The open tab of the domain's page, which is live."""
    visit.go(f"/domains/{edited.id}?tab={tab}")
    visit.is_live()
    return visit.page.get_by_role("tabpanel")


def switch(edited: Edited, *, on: bool) -> None:
    if edited.is_on() is not on:
        edited.node.virsh("start" if on else "destroy", "edited")


def test_a_disk_is_made_and_plugged_into_a_running_domain(visit: Visit, edited: Edited) -> None:
    switch(edited, on=True)
    panel = open_tab(visit, edited, "hardware")
    expect(panel.get_by_role("button", name="Disk vda", exact=True)).to_be_visible()
    panel.get_by_role("button", name="Add device").click()
    dialog = visit.page.get_by_role("dialog")
    pools = dialog.get_by_label("Storage pool")
    # The pool's name stands before the room that it has.
    pools.select_option(label=pools.locator("option", has_text=POOL).inner_text())
    dialog.get_by_role("textbox", name=re.compile("^Size")).fill("32")
    dialog.get_by_label("Unit of Size").select_option("MiB")
    plan = dialog.get_by_role("region", name="What will happen")
    expect(plan).to_contain_text("At once")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(panel.get_by_role("button", name="Disk vdb", exact=True)).to_be_visible()
    assert "dev='vdb'" in edited.live()
    assert "dev='vdb'" in edited.next_boot()


def test_what_waits_for_the_next_start_is_shown_and_gone_after_a_restart(
    visit: Visit, edited: Edited
) -> None:
    switch(edited, on=True)
    panel = open_tab(visit, edited, "hardware")
    panel.get_by_role("button", name="Processors").click()
    panel.get_by_label("CPUs at most").fill("2")
    expect(panel.get_by_role("region", name="What will happen")).to_contain_text("From the next start on")
    panel.get_by_role("button", name="Save").click()
    pending = visit.page.get_by_text(re.compile("from the next start on"))
    expect(pending.first).to_be_visible()
    assert ">2</vcpu>" in edited.next_boot()
    assert ">2</vcpu>" not in edited.live()

    visit.page.get_by_role("button", name="Restart now").click()
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_label("Force it off, then start it").check()
    dialog.get_by_role("button", name="Restart now").click()
    expect(visit.page.get_by_role("button", name="Restart now")).to_have_count(0)
    expect(visit.page.locator(".ol-page-head")).to_contain_text("Running")
    eventually(lambda: ">2</vcpu>" in edited.live(), within=20.0, what="it runs with the new definition")


def test_what_is_wrong_is_said_at_its_field(visit: Visit, edited: Edited) -> None:
    visit.expects(400, f"/api/v1/domains/{edited.id}/disks/vda/")
    panel = open_tab(visit, edited, "hardware")
    panel.get_by_role("button", name="Disk vda", exact=True).click()
    serial = panel.get_by_label("Serial number")
    serial.fill("no/such")
    expect(serial).to_have_accessible_description(re.compile("It must be letters"))
    expect(panel.get_by_role("button", name="Save")).to_be_disabled()


def test_a_snapshot_is_taken_and_gone_back_to(visit: Visit, edited: Edited) -> None:
    switch(edited, on=False)
    panel = open_tab(visit, edited, "snapshots")
    expect(panel).to_contain_text("No snapshots yet")
    for name in ("before", "after"):
        panel.get_by_role("button", name="Take snapshot").click()
        dialog = visit.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_role("button", name="Take snapshot").click()
        expect(panel.get_by_role("row").filter(has_text=name)).to_contain_text("You are here")
    assert edited.node.virsh("snapshot-current", "--name", "edited").strip() == "after"
    expect(panel.get_by_role("row").filter(has_text="after")).to_have_attribute("aria-level", "2")

    panel.get_by_role("button", name="Revert: before").click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog).to_contain_text("is lost")
    dialog.get_by_role("button", name="Revert").click()
    expect(panel.get_by_role("row").filter(has_text="before")).to_contain_text("You are here")
    assert edited.node.virsh("snapshot-current", "--name", "edited").strip() == "before"

    visit.menu("before")
    visit.choose("Delete")
    dialog.get_by_label(re.compile("This one and the 1")).check()
    dialog.get_by_role("button", name="Delete").click()
    expect(panel).to_contain_text("No snapshots yet")
    assert edited.node.virsh("snapshot-list", "--name", "edited").strip() == ""


def test_xml_is_checked_seen_saved_and_remembered(visit: Visit, edited: Edited) -> None:
    switch(edited, on=False)
    visit.expects(400, f"/api/v1/domains/{edited.id}/xml/check/")
    before = edited.next_boot()
    panel = open_tab(visit, edited, "xml")
    panel.get_by_role("button", name="Edit").click()
    editor = panel.locator(".cm-content")

    def write(xml: str) -> None:
        editor.click()
        visit.page.keyboard.press("ControlOrMeta+a")
        visit.page.keyboard.insert_text(xml)

    write(before.replace("</devices>", "<nonsense/></devices>").replace("<vcpu", "<vcpus"))
    panel.get_by_role("button", name="Check").click()
    expect(panel).to_contain_text("This is not a valid definition")

    write(before.replace("</name>", "</name>\n  <title>By hand</title>"))
    panel.get_by_role("button", name="Check").click()
    expect(panel).to_contain_text("This is a valid definition")
    panel.get_by_role("button", name="Review and save").click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.locator("[data-mark=added]")).to_contain_text("<title>By hand</title>")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(visit.toast("Change XML: done for edited")).to_be_visible()
    assert "<title>By hand</title>" in edited.next_boot()

    edited.node.virsh("desc", "edited", "--config", "--title", "From the node")
    history = open_tab(visit, edited, "history")
    rows = history.get_by_role("row").filter(has_text="By hand")
    expect(rows.filter(has_text="on the node").first).to_be_visible()
    mine = rows.filter(has_text="admin")
    expect(mine).to_be_visible()
    mine.get_by_role("button", name="Details").click()
    expect(history.locator("[data-mark=added]").first).to_contain_text("By hand")
    mine.get_by_role("button", name=re.compile("Roll back")).click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.locator("[data-mark=added]")).to_contain_text("By hand")
    dialog.get_by_role("button", name="Roll back").click()
    expect(dialog).to_have_count(0)
    eventually(
        lambda: "<title>By hand</title>" in edited.next_boot(),
        within=20.0,
        what="the version is the definition",
    )
