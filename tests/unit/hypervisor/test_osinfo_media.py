"""Operating systems recognised by a medium's labels and a file's name."""

from pathlib import Path

import pytest

from hypervisor.xml.osinfo_media import MediumLabels, recognise_medium, recognise_name

DATABASE = """
<libosinfo version="0.0.1">
  <os id="http://x.example/lin/9">
    <short-id>lin9</short-id><name>Lin 9</name><release-date>2020-01-01</release-date>
    <media arch="x86_64"><iso><volume-id>^Lin 9</volume-id></iso></media>
    <media arch="aarch64"><iso><volume-id>^Lin 9</volume-id><system-id>ARM</system-id></iso></media>
    <image arch="aarch64"><url>https://x.example/cloud/Lin-Nine-Cloud.qcow2</url></image>
    <media arch="all"><iso><volume-id>(unclosed</volume-id></iso></media>
  </os>
  <os id="http://x.example/lin/9.1">
    <short-id>lin9.1</short-id><name>Lin 9.1</name><release-date>2021-01-01</release-date>
    <media arch="all"><iso><volume-id>^Lin 9\\.1</volume-id></iso></media>
  </os>
  <os id="http://x.example/lin/unknown">
    <short-id>lin-unknown</short-id><name>Lin</name>
    <media arch="x86_64"><iso><volume-id>^Lin \\d+(\\.\\d+)* and whatever else|^Lin</volume-id></iso></media>
  </os>
</libosinfo>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "os" / "x.example").mkdir(parents=True)
    (tmp_path / "os" / "x.example" / "lin.xml").write_text(DATABASE)
    (tmp_path / "os" / "x.example" / "broken.xml").write_text("<libosinfo>")
    return tmp_path


@pytest.mark.parametrize(
    ("volume", "system", "os", "arch"),
    [
        ("Lin 9", "LINUX", "lin/9", "x86_64"),
        ("Lin 9", "ARM64", "lin/9", "aarch64"),
        ("Lin 9.1 DVD", "", "lin/9.1", ""),
        ("Lin 12", "", "lin/unknown", "x86_64"),
        ("Other", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_by_labels(folder: Path, volume: str, system: str, os: str, arch: str) -> None:
    found = recognise_medium(MediumLabels(volume, system), folder)
    assert found.os == (f"http://x.example/{os}" if os else "")
    assert found.arch == arch


@pytest.mark.parametrize(
    ("name", "os", "arch"),
    [
        ("lin-nine-cloud.QCOW2", "lin/9", "aarch64"),
        ("lin9-server-amd64.img", "lin/9", "x86_64"),
        ("Lin-9.1.x86_64.qcow2", "lin/9.1", "x86_64"),
        ("lin95.img", "", ""),
        ("my-lin9.img", "", ""),
        ("disk.img", "", ""),
    ],
)
def test_by_name(folder: Path, name: str, os: str, arch: str) -> None:
    found = recognise_name(name, folder)
    assert (found.os, found.arch) == (f"http://x.example/{os}" if os else "", arch)


def test_labels_are_read_where_a_medium_has_them() -> None:
    head = bytearray(34 * 1024)
    assert MediumLabels.read(bytes(head)) == MediumLabels()
    head[0x8001:0x8006] = b"CD001"
    head[0x8008:0x8028] = b"SYSTEM".ljust(32)
    head[0x8028:0x8048] = b"VOL\x01UME".ljust(32)
    head[0x8000 + 318 : 0x8000 + 446] = b"PUBLISHER".ljust(128)
    head[0x8000 + 574 : 0x8000 + 702] = b"APPLICATION".ljust(128)
    assert MediumLabels.read(bytes(head)) == MediumLabels("VOLUME", "SYSTEM", "PUBLISHER", "APPLICATION")
    assert MediumLabels.read(b"short") == MediumLabels()
