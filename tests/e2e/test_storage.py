"""A storage pool and its volumes in the browser, on a real node: made, filled by an upload, changed, taken away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.node import Node
from tests.e2e.visit import Visit
from tests.installation import eventually
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
WITHIN = 30.0
SIZE = 48 * 2**20
BYTES_A_SECOND = 2 * 2**20


@pytest.fixture
def folder(node: Node, admin: Person) -> Iterator[Path]:
    """A folder of the node's that the pool is made in; whatever the test left goes with it."""
    place = node.daemon.directory("shelf")
    yield place
    for pool in admin.get("/pools/", name="shelf")["results"]:
        if pool["state"] == "running":
            node.virsh("pool-destroy", "shelf")
        node.virsh("pool-undefine", "shelf")
    eventually(
        lambda: not admin.get("/pools/", name="shelf")["results"], within=WITHIN, what="the pool is gone"
    )


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file to upload, of more than one can see at a glance."""
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.write(b"ovirtlite" * 1000)
        file.truncate(SIZE)
    return path


def volume(visit: Visit, name: str) -> Locator:
    """The volume's row: its name is no link."""
    return visit.page.get_by_role("row").filter(
        has=visit.page.get_by_role("gridcell", name=re.compile(rf"^{re.escape(name)}"))
    )


@contextmanager
def slow(visit: Visit) -> Iterator[None]:
    """The browser sends so slowly that one can pause it in the middle, on whatever machine."""
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": BYTES_A_SECOND},
    )
    yield
    session.detach()


def make_pool(visit: Visit, folder: Path) -> None:
    visit.go("/storage")
    visit.is_live()
    visit.page.get_by_role("button", name="Create pool").first.click()
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Host").select_option(label="rack1")
    dialog.get_by_role("textbox", name="Name").fill("shelf")
    target = visit.page.get_by_role("textbox", name="Folder on the host")
    target.fill("/etc/shelf")
    group = dialog.locator(".pf-v6-c-form__group", has=target)
    expect(group.locator(".pf-v6-c-helper-text")).to_contain_text("Pools lie below /tmp")
    create = dialog.get_by_role("button", name="Create pool")
    expect(create).to_be_disabled()
    target.fill(str(folder))
    expect(create).to_be_enabled()
    dialog.get_by_role("button", name="The same with curl").click()
    expect(dialog).to_contain_text('"type": "dir"')
    create.click()
    visit.rest()
    expect(visit.row("shelf")).to_contain_text("Active")
    visit.row("shelf").get_by_role("link", name="shelf").click()
    expect(visit.page.locator(".ol-page-head")).to_contain_text("Active")


def upload(visit: Visit, image: Path) -> None:
    """Paused in the middle, cut off by a reload, and gone on with from where the node had it."""
    panel = visit.page.get_by_role("region", name="Uploads")
    visit.page.get_by_role("button", name="Upload").first.click()
    dialog = visit.page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(image)
    with slow(visit):
        dialog.get_by_role("button", name="Upload 1 file").click()
        expect(panel).to_contain_text(re.compile(r"[1-9][\d.]* MiB of 48 MiB · .*/s · .* left"))
        panel.get_by_role("button", name="Pause disk.img").click()
        expect(panel).to_contain_text("paused")
    expect(volume(visit, "disk.img")).to_contain_text("an upload under way")
    visit.page.get_by_role("link", name="Virtual machines", exact=True).click()
    expect(panel).to_contain_text("paused")  # it is above the pages
    visit.page.reload()
    expect(panel).to_contain_text("choose the file again to go on")
    again = panel.locator("input[type=file]")
    other = image.with_name("other.img")
    other.write_bytes(b"another")
    again.set_input_files(other)
    expect(panel).to_contain_text("other.img is another file")
    again.set_input_files(image)
    expect(panel).to_contain_text("48 MiB · done")


def test_a_pool_is_made_filled_and_emptied(visit: Visit, node: Node, folder: Path, image: Path) -> None:
    make_pool(visit, folder)
    address = visit.page.url
    pool = parse_qs(urlsplit(address).query)["pool"][0]
    upload(visit, image)
    assert (folder / "disk.img").read_bytes() == image.read_bytes()

    visit.go(address)
    visit.is_live()
    row = volume(visit, "disk.img")
    expect(row).to_contain_text("48 MiB")
    dialog = visit.page.get_by_role("dialog")
    visit.menu("disk.img")
    visit.choose("Resize")
    size = dialog.get_by_role("textbox", name="Size")
    size.fill("16")
    expect(dialog).to_contain_text("The last 32 MiB of disk.img are lost")
    expect(dialog.get_by_role("button", name="Resize")).to_be_disabled()
    size.fill("64")
    dialog.get_by_role("button", name="Resize").click()
    expect(row).to_contain_text("64 MiB")
    assert "67108864" in node.virsh("vol-dumpxml", "disk.img", "--pool", "shelf")

    visit.menu("disk.img")
    visit.choose("Delete")
    expect(dialog).to_contain_text(str(folder / "disk.img"))
    delete = dialog.get_by_role("button", name="Delete", exact=True)
    expect(delete).to_be_disabled()
    dialog.get_by_role("textbox", name="Type disk.img to confirm").fill("disk.img")
    delete.click()
    visit.rest()
    expect(visit.page.get_by_text("No volumes")).to_be_visible()
    assert not (folder / "disk.img").exists()

    visit.expects(404, f"/api/v1/pools/{pool}/")  # its page may read it once more while it goes
    visit.menu("shelf")
    visit.choose("Delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    visit.rest()
    expect(visit.page.get_by_role("heading", name="Storage", exact=True)).to_be_visible()
    expect(visit.row("shelf")).to_have_count(0)
    # The page leaves it while the node still takes it down; a table that loads has no row either.
    eventually(
        lambda: "shelf" not in node.virsh("pool-list", "--all", "--name").split(),
        within=20,
        what="the node has the pool no more",
    )
    assert folder.exists()  # only the definition goes, when nobody asks for more
