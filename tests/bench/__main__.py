"""`make bench`: prints each figure beside its limit, and fails when a target is missed."""

import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import consoles, content, creation, inventory
from tests.bench.row import HEADING, Row, milliseconds
from tests.browser import Browser
from tests.installation import PASSWORD, PROJECT, Installation, installation

HOSTS, DOMAINS = 20, 2000
START_SECONDS = 10.0
ALL_MEMORY_MIB = 600.0
PAGE = "/api/v1/domains/?limit=100"
RAW_SQL = """
    SELECT d.id, d.name, d.title, d.state, d.reason, d.vcpus, d.memory_bytes, d.updated_at, d.version, h.id, h.name,
           h.state, h.seen_at
    FROM domains_domain d JOIN hosts_host h ON h.id = d.host_id WHERE d.gone_at IS NULL ORDER BY d.name LIMIT 100
"""


def main() -> int:
    rows = []
    print(HEADING, flush=True)
    with tempfile.TemporaryDirectory(prefix="ovirtlite-bench-", dir="/tmp") as folder:
        home = Path(folder) / "home"
        with installation(home, OVIRTLITE_LOCAL_ROOTS="/tmp", OVIRTLITE_RATE_LIMITS="0") as product:
            product.start()
            product.wait_until_ready()
            product.stop()  # the first start migrates; the figure is of an installation that is in place
            product.start()
            for row in measured(product):
                print(row, flush=True)
                rows.append(row)
            product.stop()
    missed = sum(not row.good for row in rows)
    print(f"{len(rows) - missed} passed, {missed} failed")
    return 1 if missed else 0


def measured(product: Installation) -> Iterator[Row]:
    """All rows, over one running product."""
    yield Row("make up: ready", product.wait_until_ready(), START_SECONDS, 1.0, "s")
    yield Row("make up: memory of all parts", memory_mib(product), ALL_MEMORY_MIB, 1.0, "MiB")
    yield from inventory.measured(product)
    yield from creation.measured(product)
    yield from content.measured(product)
    browser = Browser(product.address)
    browser.sign_in("admin", PASSWORD)
    filled = [sys.executable, "-m", "tests.bench.fleet"]
    subprocess.run([*filled, str(HOSTS), "100"], cwd=PROJECT, env=product.env, check=True)
    small = milliseconds(lambda: browser.get(PAGE), 50)
    yield Row("list of domains: 100 of 100", small, raw_page(product), 4.0, "ms")
    subprocess.run([*filled, str(HOSTS), str(DOMAINS)], cwd=PROJECT, env=product.env, check=True)
    large = milliseconds(lambda: browser.get(PAGE), 50)
    yield Row(f"list of domains: 100 of {DOMAINS + 100}, against 100 of 100", large, small, 1.3, "ms")
    yield from consoles.measured()


def raw_page(product: Installation) -> float:
    """The limit: the same page by SQL and json alone, in this process, without HTTP."""
    with sqlite3.connect(product.home / "db.sqlite3") as database:
        return milliseconds(lambda: json.dumps(database.execute(RAW_SQL).fetchall()), 50)


def memory_mib(product: Installation) -> float:
    """What all of its processes hold for themselves and their share of what they share."""
    total = 0
    for process in product.left():
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


if __name__ == "__main__":
    sys.exit(main())
