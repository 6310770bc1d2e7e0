"""`make lint`: every check of style, types, layers and generated files; all of them run, each says how it went."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Check:
    """One program whose exit code 0 means that all is well."""

    name: str
    argv: tuple[str, ...]


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


CHECKS = [
    Check("types", _module("mypy")),
    Check("front end", ("npm", "--prefix", "frontend", "run", "--silent", "lint")),
    Check("API document", _module("tools.schema", "--check")),
    Check("layers", (str(Path(sys.executable).parent / "lint-imports"), "--no-cache")),
    Check("migrations", (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")),
    Check("style", _module("ruff", "check", ".")),
    Check("format", _module("ruff", "format", "--check", ".")),
    Check("house rules", _module("tools.house_rules")),
    Check("shell", ("shellcheck", "tools/setup", "tools/install-packages", ".ci/run")),
]


def run(check: Check, home: str) -> bool:
    """Run one check; print its output when it finds fault."""
    began = time.monotonic()
    done = subprocess.run(
        check.argv,
        cwd=PROJECT,
        # A folder of its own, so that a check neither needs nor touches an installation's state.
        env={**os.environ, "OVIRTLITE_HOME": home},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"  {check.name:<14} {verdict:<7} {time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="ovirtlite-lint-") as home,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        results = list(pool.map(lambda check: run(check, home), CHECKS))
    print(f"{results.count(True)} checks passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
