"""Rules of this project that no other linter knows, checked on every committed text file."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LONGEST_FILE = 400
CODE = {".py", ".ts", ".tsx", ".sh", ".css"}
LOCKS = {
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-ldap.txt",
    "requirements-node.txt",
    "frontend/package-lock.json",
    "tests/identity/package-lock.json",
}
GENERATED = {"docs/openapi.yaml", "frontend/src/api/schema.d.ts", *LOCKS}

# Spelled in pieces, since this file is checked too.
_REGISTRIES = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("debian", "org"),
]
_REGISTRY = re.compile("|".join(re.escape(".".join(parts)) for parts in _REGISTRIES), re.IGNORECASE)
_UNFINISHED = re.compile(
    r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error"]) + r")\b"
)
_LEFT_OUT = re.compile(
    r"\bpytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b|\b(it|test|describe)\.(skip|only|todo)\b"
)
_SOMEONES_HOME = re.compile(r"(?<![\w$}.])/home/\w+/")
# A package's own page (npm's "funding") is no place to fetch from.
_ADDRESS_IN_LOCK = re.compile(r'"resolved"|^(?![ ]*")(.*https?://|--(extra-)?index-url|--find-links)')


def committed() -> list[str]:
    """The files that git knows."""
    listed = subprocess.run(
        ("git", "ls-files", "-z"), cwd=PROJECT, check=True, capture_output=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name and (PROJECT / name).is_file()]


def faults(name: str, text: str) -> Iterator[str]:
    """What this file's text breaks, each as "file:line: rule"."""
    lines = text.splitlines()
    code = Path(name).suffix in CODE and name not in GENERATED and "/migrations/" not in name
    if code and len(lines) > LONGEST_FILE:
        yield f"{name}: {len(lines)} lines; a file over {LONGEST_FILE} lines is two files"
    for number, line in enumerate(lines, start=1):
        if _REGISTRY.search(line):
            yield f"{name}:{number}: names a package registry's host"
        if name in LOCKS and _ADDRESS_IN_LOCK.search(line):
            yield f"{name}:{number}: a lock holds versions and hashes, no addresses"
        if code and _UNFINISHED.search(line):
            yield f"{name}:{number}: unfinished work is an issue, not a remark in the code"
        if code and name.startswith(("tests/", "frontend/")) and _LEFT_OUT.search(line):
            yield f"{name}:{number}: a test that cannot run fails and says why"
        if _SOMEONES_HOME.search(line):
            yield f"{name}:{number}: names a folder of one person's machine"


def main() -> int:
    found: list[str] = []
    for name in committed():
        try:
            text = (PROJECT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += faults(name, text)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
