"""Names and titles that a node says are text on every page, whatever they look like (CVE-2017-18635)."""

import pytest
from playwright.sync_api import expect

from tests.e2e.node import Node
from tests.e2e.visit import Visit
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
HOSTILE = '"><img src=x onerror="window.taken=1"><script>window.taken=1<'


def test_a_name_stays_text_wherever_it_is_shown(visit: Visit, admin: Person, node: Node) -> None:
    xml = node.virsh("dumpxml", "mail", "--inactive")
    as_xml = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Another domain of that name, with the same words in its title and description.
    told = xml.replace("<name>mail</name>", f"<name>{as_xml}</name>").replace(
        "<title>mail<", f"<title>{as_xml}<"
    )
    told = "\n".join(line for line in told.splitlines() if "<uuid>" not in line)
    node.virsh("define", str(node.daemon.file("hostile.xml", told)))
    visit.go("/domains")
    expect(visit.row(HOSTILE)).to_be_visible()
    visit.row(HOSTILE).get_by_role("link", name=HOSTILE, exact=True).click()
    expect(visit.page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    for path in ("/events", "/jobs", "/"):
        visit.go(path)
        visit.is_live()
    assert visit.page.evaluate("() => window.taken") is None
    node.virsh("undefine", HOSTILE)
