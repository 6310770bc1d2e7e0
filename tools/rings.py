"""`make test`: the whole test suite, ring by ring from the inside out, and one line of totals.

`python -m tools.rings [RING...]`. A ring fails when a test fails, when one is skipped, when none ran, when it lasts
too long, and when it cannot run at all: nothing is left out in silence.

On real hypervisors and in a real browser a test may fail for the machine's sake. There a few that failed are run once
more by themselves; who passes then is counted as passed and named as unsteady, for somebody to mend (ADR 0026).
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.postgres import private_postgres_url

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / ".make" / "results"


@dataclass(frozen=True, slots=True)
class Ring:
    """One part of the suite. `within` is the seconds that it may last; `needs_root` for namespaces and their like.

    `real`: on real hypervisors, where a failed test has a second try.
    """

    name: str
    argv: tuple[str, ...]
    within: int
    needs_root: bool = False
    real: bool = False
    database: Callable[[], AbstractContextManager[str]] = field(default=lambda: nullcontext(""))


@dataclass(slots=True)
class Outcome:
    """What a ring came to. `trouble` says why it failed beside failed tests."""

    ring: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    trouble: str = ""
    failures: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.passed > 0 and not (self.failed or self.skipped or self.trouble)


def _pytest(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", "-q", *arguments)


RINGS = [
    Ring("unit", _pytest("tests/unit", "-n", "2"), within=900),
    Ring("node", _pytest("tests/node", "-n", "2"), within=600, real=True),
    Ring(
        "postgres",
        # What is about the OpenAPI document, or about servers beside the database, is the same on every database.
        _pytest(
            *("tests/unit", "-m", "django_db", "-n", "2"),
            *(
                "--ignore=tests/unit/fuzz",
                "--ignore=tests/unit/identities",
                "--ignore=tests/unit/api/test_routes.py",
            ),
        ),
        within=900,
        database=private_postgres_url,
    ),
    Ring(
        "front-end",
        ("npm", "--prefix", "frontend", "test", "--", "--reporter=default", "--reporter=junit"),
        600,
    ),
    # Half of the time something is waited for, so two files at once; the tests of a file share an installation.
    Ring("stack", _pytest("tests/stack", "-n", "2", "--dist", "loadfile"), within=2400, real=True),
    Ring("lab", _pytest("tests/lab"), within=2400, needs_root=True, real=True),
    Ring("e2e", _pytest("tests/e2e"), within=2400, needs_root=True, real=True),
]

# More than these failed for one reason, and it is not the machine.
SECOND_TRIES = 3


def run(ring: Ring) -> Outcome:
    """Run one ring, its output passing through as it comes."""
    outcome = Outcome(ring.name)
    if ring.needs_root and os.geteuid() != 0:
        outcome.trouble = "needs root, for network namespaces"
        return outcome
    _attempt(ring, ring.argv, outcome)
    if ring.real and not outcome.trouble and 0 < outcome.failed <= SECOND_TRIES:
        again = Outcome(ring.name)
        last_failed = (*ring.argv, "--last-failed", "--last-failed-no-failures=none")
        _attempt(ring, last_failed, again, report=f"{ring.name}-again")
        outcome.seconds += again.seconds
        if not again.trouble and again.passed + again.failed == outcome.failed:
            outcome.unsteady = [name for name in outcome.failures if name not in again.failures]
            outcome.passed += again.passed
            outcome.failed = again.failed
    return outcome


def _attempt(ring: Ring, argv: tuple[str, ...], outcome: Outcome, *, report: str = "") -> None:
    """Run it once and write into `outcome` what came of it."""
    print(f"\n=== {ring.name}: {' '.join(argv)}", flush=True)
    results = RESULTS / f"{report or ring.name}.xml"
    results.unlink(missing_ok=True)
    began = time.monotonic()
    with ring.database() as database:
        environment = dict(os.environ)
        if database:
            environment["OVIRTLITE_DATABASE_URL"] = database
        option = "--outputFile" if argv[0] == "npm" else "--junitxml"
        code = _run_within((*argv, f"{option}={results}"), environment, ring.within)
    outcome.seconds = time.monotonic() - began
    if code is None:
        outcome.trouble = f"ended after {ring.within} s"
    elif not results.exists():
        outcome.trouble = f"exit code {code} and no report"
    else:
        _count(results, outcome)
        if code and not outcome.failed:
            outcome.trouble = f"exit code {code}"


def _run_within(argv: tuple[str, ...], environment: Mapping[str, str], seconds: int) -> int | None:
    """The exit code, or None when it had to be ended."""
    with subprocess.Popen(argv, cwd=PROJECT, env=environment, start_new_session=True) as process:
        try:
            return process.wait(seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt) as reason:
            # pytest takes SIGINT as "stop now, but tear the fixtures down": labs and daemons go away with it.
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(reason, KeyboardInterrupt):
                raise
            return None


def _count(report: Path, outcome: Outcome) -> None:
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
            outcome.failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is not None:
            outcome.skipped += 1
        else:
            outcome.passed += 1


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tools.rings", description=__doc__)
    asked.add_argument("rings", nargs="*", metavar="RING", help=", ".join(ring.name for ring in RINGS))
    named = asked.parse_args().rings
    if unknown := set(named) - {ring.name for ring in RINGS}:
        asked.error(f"no such ring: {', '.join(sorted(unknown))}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    outcomes = [run(ring) for ring in RINGS if not named or ring.name in named]
    print(f"\n{'ring':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for one in outcomes:
        note = one.trouble or ("skipped tests count as failed" if one.skipped else "")
        print(f"{one.ring:<12}{one.passed:>8}{one.failed:>8}{one.skipped:>9}{one.seconds:>9.1f}  {note}")
    for one in outcomes:
        for name in one.unsteady:
            print(f"unsteady: {name} failed, and passed when it was run again")
    # A ring that could not run, or ran nothing, is a failure of its own in the total.
    failed = sum(max(one.failed + one.skipped, 0 if one.good else 1) for one in outcomes)
    print(f"\n{sum(one.passed for one in outcomes)} passed, {failed} failed")
    return 0 if all(one.good for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
