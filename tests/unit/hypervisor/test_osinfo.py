"""libosinfo's database: what suits a system, by its own word and by what it derives from."""

from pathlib import Path

import pytest

from hypervisor.systems import GIB, UNNAMED
from hypervisor.xml.osinfo import system_named, systems

OLD = """<libosinfo><os id='http://example.org/old/1'><short-id>old1</short-id><name>Old</name>
  <name xml:lang='de'>Alt</name><vendor>Example</vendor><family>linux</family><version>1</version>
  <devices><device id='http://pcisig.com/pci/1af4/1001'/><device id='http://pcisig.com/pci/1af4/1000'/>
  <device id='http://pcisig.com/pci/8086/100e'/><device id='http://qemu.org/chipset/x86/q35'/></devices>
  <resources arch='all'><minimum><ram>1073741824</ram><n-cpus>1</n-cpus></minimum></resources></os></libosinfo>"""
NEW = """<libosinfo><os id='http://example.org/new/2'><short-id>new2</short-id><short-id>newest</short-id>
  <name>New</name><derives-from id='http://example.org/old/1'/><release-date>2026-01-02</release-date>
  <firmware arch='x86_64' type='efi'/><firmware arch='x86_64' type='bios' supported='false'/>
  <devices><device id='http://pcisig.com/pci/1af4/1041'/>
  <device id='http://pcisig.com/pci/8086/100e' removed='true'/></devices>
  <resources arch='all'><recommended><ram>3221225472</ram></recommended></resources>
  <resources arch='x86_64'><recommended><ram>4294967296</ram><n-cpus>3</n-cpus></recommended></resources>
  </os></libosinfo>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "os" / "example.org"
    place.mkdir(parents=True)
    (place / "old-1.xml").write_text(OLD)
    (place / "new-2.xml").write_text(NEW)
    (place / "broken.xml").write_text("<libosinfo><os")
    (place / "hostile.xml").write_text("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><libosinfo/>")
    return tmp_path


def test_a_system_by_any_of_its_names(folder: Path) -> None:
    new = system_named("new2", folder)
    assert new is not None
    assert system_named("newest", folder) == system_named("http://example.org/new/2", folder) == new
    assert (new.name, new.short_id, new.aliases, new.released) == ("New", "new2", ("newest",), "2026-01-02")
    assert system_named("unknown", folder) is None
    assert system_named("", folder) is UNNAMED
    assert len(systems(folder)) == 2, "files that are none are passed over"


def test_devices_come_down_from_what_it_derives_from(folder: Path) -> None:
    old, new = system_named("old1", folder), system_named("new2", folder)
    assert old is not None
    assert new is not None
    assert (old.virtio_disk, old.virtio_net, old.virtio_gpu, old.net_models) == (
        True,
        True,
        False,
        ("e1000",),
    )
    assert (new.virtio_disk, new.virtio_net, new.net_models) == (True, True, ())
    # PCI Express needs the virtio of today.
    assert (old.q35, new.q35) == (False, True)
    assert (old.efi_only, new.efi_only) == (frozenset(), frozenset({"x86_64"}))


def test_a_figure_is_the_recommended_one_or_twice_the_least(folder: Path) -> None:
    old, new = system_named("old1", folder), system_named("new2", folder)
    assert old is not None
    assert new is not None
    assert (old.vcpus, old.memory_bytes, old.minimum_memory_bytes) == (2, 2 * GIB, GIB)
    assert (new.vcpus, new.memory_bytes) == (3, 4 * GIB)
    assert old.disk_bytes == UNNAMED.disk_bytes


def test_without_a_database_there_is_one_linux(tmp_path: Path) -> None:
    assert systems(tmp_path) == {}
    assert system_named("", tmp_path) is UNNAMED
    assert system_named("debian12", tmp_path) is None


def test_the_database_of_this_machine() -> None:
    known = {name: system_named(name) for name in ("debian11", "win11", "freebsd13.1")}
    assert {name: system.family for name, system in known.items() if system} == {
        "debian11": "linux",
        "win11": "winnt",
        "freebsd13.1": "freebsd",
    }
