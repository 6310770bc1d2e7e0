"""Domains made, taken away and had back in the browser, on a real node."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from ovirtlite.embedded import guest
from tests.e2e.node import Node
from tests.e2e.visit import Visit
from tests.installation import PROJECT, eventually
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
WITHIN = 30.0


@pytest.fixture(scope="module")
def images(node: Node, admin: Person) -> Iterator[Path]:
    """The folder of a pool on the node, with a kernel that can be booted."""
    made = guest.make(PROJECT / ".cache" / "guest")
    folder = node.daemon.directory("images")
    node.daemon.file("images/vmlinuz", made.kernel.read_bytes())
    node.daemon.file("images/initramfs", made.initramfs.read_bytes())
    node.virsh("pool-define-as", "images", "dir", "--target", str(folder))
    node.virsh("pool-start", "images")
    eventually(
        lambda: admin.get("/volumes/", name="initramfs")["results"], within=WITHIN, what="the kernel is known"
    )
    yield folder
    node.virsh("pool-destroy", "images")
    node.virsh("pool-undefine", "images")


def choose(visit: Visit, label: str, name: str) -> None:
    """Find one by its name and take it, by keyboard."""
    box = visit.page.get_by_role("combobox", name=label)
    box.click()
    visit.page.keyboard.type(name)
    expect(visit.page.get_by_role("option", name=re.compile(f"^{name}"))).to_be_visible()
    visit.page.keyboard.press("Enter")
    expect(box).to_have_value(name)


def fill(visit: Visit, name: str) -> Locator:
    """The questions of a small domain that boots the kernel; returns what stands beside them."""
    visit.page.get_by_role("textbox", name="Name", exact=True).fill(name)
    visit.page.get_by_role("combobox", name="Host", exact=True).select_option(label="rack1")
    visit.page.locator("label[for=source-of-kernel]").click()
    choose(visit, "Kernel", "vmlinuz")
    choose(visit, "Initial RAM disk", "initramfs")
    visit.page.get_by_label("Kernel command line").fill("console=ttyS0 quiet")
    visit.page.get_by_role("textbox", name="CPUs", exact=True).fill("1")
    visit.page.get_by_label("Memory, GiB").fill("0.125")
    visit.page.get_by_label("Disk, GiB").fill("0.01")
    return visit.page.get_by_role("region", name="What will happen").first


def test_a_domain_is_made_deleted_and_restored(visit: Visit, node: Node, images: Path) -> None:
    visit.go("/domains")
    visit.is_live()
    visit.page.get_by_role("link", name="Create").click()
    beside = fill(visit, "new")  # short: the agent's socket has it in its path, below the daemon's own folder
    expect(beside).to_contain_text("new")
    beside.get_by_role("button", name="The definition").click()
    expect(beside).to_contain_text("<name>new</name>")
    beside.get_by_role("button", name="The same with curl").click()
    expect(beside).to_contain_text('"memory_bytes": 134217728')
    visit.page.get_by_role("button", name="Create", exact=True).click()
    head = visit.page.locator(".ol-page-head")
    expect(head).to_contain_text("new")
    expect(head).to_contain_text("Running")
    assert node.is_running("new")
    (disk,) = images.glob("new*")
    # Its page may read it once more while it goes.
    visit.expects(404, f"/api/v1{urlsplit(visit.page.url).path}/")

    node.virsh("destroy", "new")
    expect(head).to_contain_text("Off")
    dialog = visit.page.get_by_role("dialog")
    visit.menu("new")
    visit.choose("Delete")
    expect(dialog).to_contain_text(str(disk))
    dialog.get_by_role("button", name="Delete", exact=True).click()
    toast = visit.toast("Delete: done for new")
    expect(toast).to_be_visible()
    assert "new" not in node.virsh("list", "--all", "--name").split()
    assert disk.exists()
    toast.get_by_role("button", name="Restore").click()
    expect(visit.row("new")).to_contain_text("Off")
    assert "new" in node.virsh("list", "--all", "--name").split()

    visit.menu("new")
    visit.choose("Delete")
    expect(dialog).to_contain_text(str(disk))
    dialog.get_by_role("button", name="Delete", exact=True).click()
    visit.rest()
    expect(visit.row("new")).to_have_count(0)
    visit.go("/deleted")
    visit.menu("new")
    visit.choose("Delete now")
    expect(dialog).to_contain_text(str(disk))
    dialog.get_by_role("button", name="Delete now").click()
    visit.rest()
    expect(visit.page.get_by_text("The recycle bin is empty")).to_be_visible()
    assert not disk.exists()


def test_what_the_server_refuses_stands_at_its_field(visit: Visit, node: Node, images: Path) -> None:
    visit.go("/domains/new?source=empty")
    visit.page.get_by_role("combobox", name="Host", exact=True).select_option(label="rack1")
    name = visit.page.get_by_role("textbox", name="Name", exact=True)
    name.fill("db1")
    group = visit.page.locator(".pf-v6-c-form__group", has=name)
    expect(group.locator(".pf-v6-c-helper-text")).to_contain_text("There is a domain db1 on rack1 already")
    expect(visit.page.get_by_role("button", name="Create", exact=True)).to_be_disabled()
    visit.page.reload()
    expect(visit.page.get_by_role("textbox", name="Name", exact=True)).to_have_value("db1")
    visit.page.get_by_role("textbox", name="Name", exact=True).fill("db2")
    expect(visit.page.get_by_role("button", name="Create", exact=True)).to_be_enabled()
