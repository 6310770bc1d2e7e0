"""`make schema`: writes docs/openapi.yaml from the code, and the front end's types from that.

With `--check` it writes nothing and fails when either is not what the code says now.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = PROJECT / "docs" / "openapi.yaml"
TYPES = PROJECT / "frontend" / "src" / "api" / "schema.d.ts"


def write_document(to: Path) -> None:
    """The OpenAPI document of the code as it is now. Any warning of the generator is an error."""
    subprocess.run(
        (sys.executable, "manage.py", "spectacular", "--file", to, "--validate", "--fail-on-warn"),
        cwd=PROJECT,
        check=True,
    )


def write_types(document: Path, to: Path) -> None:
    """TypeScript's view of that document."""
    subprocess.run(
        (PROJECT / "frontend" / "node_modules" / ".bin" / "openapi-typescript", document, "--output", to),
        cwd=PROJECT / "frontend",
        check=True,
        stdout=subprocess.DEVNULL,
    )


def stale(folder: Path) -> list[Path]:
    """Generate both afresh in this folder; return those committed files that differ."""
    document, types = folder / DOCUMENT.name, folder / TYPES.name
    write_document(document)
    write_types(document, types)
    pairs = [(document, DOCUMENT), (types, TYPES)]
    return [there for made, there in pairs if not there.exists() or made.read_bytes() != there.read_bytes()]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tools.schema", description=__doc__)
    asked.add_argument(
        "--check", action="store_true", help="only say whether the committed files are current"
    )
    if not asked.parse_args().check:
        write_document(DOCUMENT)
        write_types(DOCUMENT, TYPES)
        return 0
    with tempfile.TemporaryDirectory(prefix="ovirtlite-schema-") as folder:
        old = stale(Path(folder))
    for file in old:
        print(f"{file.relative_to(PROJECT)} is not what the code says: run `make schema` and commit it.")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
