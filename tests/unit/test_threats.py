"""docs/threats.md names an attack's tests; whoever renames or removes one has to say there what stands in its place."""

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENT = (PROJECT / "docs" / "threats.md").read_text()
_TEST = re.compile(r"^- (tests/\S+\.py)::(test_\w+)$", re.MULTILINE)
ATTACKS = 25


def _tests_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    gone = [
        f"{file}::{name}"
        for file, name in _TEST.findall(DOCUMENT)
        if not (PROJECT / file).is_file() or name not in _tests_of(PROJECT / file)
    ]
    assert gone == []


def test_every_attack_has_one() -> None:
    parts = re.split(r"^## (?=\d+\. )", DOCUMENT, flags=re.MULTILINE)[1:]
    assert [int(part.partition(".")[0]) for part in parts] == list(range(1, ATTACKS + 1))
    assert [part.splitlines()[0] for part in parts if not _TEST.search(part)] == []
