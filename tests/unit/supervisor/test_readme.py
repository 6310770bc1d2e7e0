"""The README's table of settings is complete, and its commands are there."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
README = (PROJECT / "README.md").read_text()
APPS = ["access", "domains", "hosts", "hypervisor", "jobs", "live", "networks", "ovirtlite", "storage"]
# A mark that the supervisor sets for its own processes; nothing that a person sets.
INTERNAL = {"OVIRTLITE_SUPERVISED", "OVIRTLITE_AUTH_LDAP_"}
# Of these there are many; docs/operations.md names each.
FAMILIES = {"OVIRTLITE_LDAP", "OVIRTLITE_OIDC"}


def test_every_setting_is_in_the_table_and_no_other() -> None:
    read = {
        name
        for app in APPS
        for file in (PROJECT / app).rglob("*.py")
        for name in re.findall(r"""["'](OVIRTLITE_[A-Z_]+)["']""", file.read_text())
    }
    listed = set(re.findall(r"^\| `(OVIRTLITE_[A-Z_]+)(?:_…)?`", README, re.MULTILINE))
    assert listed == read - INTERNAL


def test_every_setting_of_a_family_is_told_of() -> None:
    told = (PROJECT / "docs" / "operations.md").read_text()
    source = (PROJECT / "access" / "identities" / "configuration.py").read_text()
    names = set(re.findall(r"f\"\{prefix\}(_[A-Z_]+)\"", source))
    assert len(names) > 15
    assert {name for name in names if f"`{name}`" not in told} == set()


def test_every_command_that_it_names_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+) ", README, re.MULTILINE))
    assert {one or other for one, other in named} <= targets


def test_every_page_that_it_links_is_there() -> None:
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (PROJECT / link).exists(), link


def test_every_decision_is_in_the_list_of_decisions() -> None:
    folder = PROJECT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text())
    assert listed == sorted(page.name for page in folder.glob("0*.md"))
