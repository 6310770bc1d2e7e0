"""The archive is what cpio itself takes apart."""

import io
import stat
import subprocess

from ovirtlite.embedded.cpio import Archive


def made() -> bytes:
    out = io.BytesIO()
    archive = Archive(out)
    archive.folder("bin")
    archive.file("bin/tool", b"#!/bin/sh\n", executable=True)
    archive.file("odd", b"12345")
    archive.link("bin/other", "tool")
    archive.character_device("console", 5, 1)
    archive.end()
    return out.getvalue()


def test_cpio_lists_every_entry_with_its_mode() -> None:
    listed = subprocess.run(
        ["cpio", "--list", "--verbose", "--numeric-uid-gid", "--quiet"],
        input=made(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    lines = [line.split() for line in listed.splitlines()]
    assert [(line[0], line[-1]) for line in lines] == [
        ("drwxr-xr-x", "bin"),
        ("-rwxr-xr-x", "bin/tool"),
        ("-rw-r--r--", "odd"),
        ("lrwxrwxrwx", "tool"),
        ("crw-------", "console"),
    ]
    assert lines[-1][4:6] == ["5,", "1"]
    assert {tuple(line[2:4]) for line in lines} == {("0", "0")}


def test_cpio_gives_the_content_back() -> None:
    unpacked = subprocess.run(
        ["cpio", "--extract", "--to-stdout", "--quiet", "odd", "bin/tool"],
        input=made(),
        capture_output=True,
        check=True,
    )
    assert unpacked.stdout == b"#!/bin/sh\n12345"


def test_equal_content_gives_equal_bytes() -> None:
    assert made() == made()
    assert len(made()) % 4 == 0
    assert stat.S_ISDIR(int(made()[14:22], 16))
