"""What the product imports is in what `make up` installs: the tests' own environment holds far more."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
APPS = ["access", "domains", "hosts", "hypervisor", "jobs", "live", "networks", "ovirtlite", "storage"]
# Only loaded where a directory is configured.
OF_LDAP = {Path("access/identities/directory.py"), Path("access/identities/leavers.py")}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        yield from (name.partition(".")[0] for name in names)


def _locked(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", (PROJECT / lock).read_text(), re.MULTILINE))


def test_all_that_is_imported_is_installed() -> None:
    plain, extra, of_module = (
        _locked("requirements.txt"),
        _locked("requirements-ldap.txt"),
        packages_distributions(),
    )
    for file in (file for app in APPS for file in (PROJECT / app).rglob("*.py")):
        installed = extra if file.relative_to(PROJECT) in OF_LDAP else plain
        for name in {*_imports(file)} - sys.stdlib_module_names - {*APPS}:
            packages = {re.sub(r"[-_.]+", "-", one).lower() for one in of_module.get(name, [])}
            assert packages & installed, f"nothing that is installed has {name}, which {file} imports"


def test_what_the_extra_and_developing_add_is_beside_the_same_versions() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9-]+==\S+", (PROJECT / lock).read_text(), re.MULTILINE))

    assert pins("requirements.txt") < pins("requirements-ldap.txt") < pins("requirements-dev.txt")
