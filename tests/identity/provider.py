"""A real OpenID provider of the tests' own (npm's certified oidc-provider), on loopback."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.installation import free_port, listens

_HERE = Path(__file__).parent
CLIENT_ID = "ovirtlite"
CLIENT_SECRET = "a secret that the client and the provider share"


class OpenidProvider:
    """The process, and who it knows."""

    def __init__(self, folder: Path, origins: list[str]) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.issuer = f"http://127.0.0.1:{self._port}"
        self._people: dict[str, dict[str, Any]] = {}
        client = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [f"{origin}/auth/oidc/callback/" for origin in origins],
        }
        self._write("clients.json", {"clients": [client]})
        self._write("people.json", self._people)

    def knows(self, name: str, password: str, /, **claims: Any) -> None:
        """Somebody who can sign in there, and what it says of them from now on."""
        self._people[name] = {"password": password, "claims": {"sub": f"id-of-{name}", **claims}}
        self._write("people.json", self._people)

    def start(self) -> None:
        """Raises AssertionError when it does not start."""
        kept = Path(sys.executable).parent.parent / "node" / "bin" / "node"
        node = str(kept) if kept.exists() else shutil.which("node")
        assert node, "there is no Node: run `tools/setup test`"
        assert (_HERE / "node_modules").is_dir(), (
            "run `tools/setup test`: the provider's packages are missing"
        )
        with (self._folder / "log").open("wb") as output:
            self._process = subprocess.Popen(
                # Killed tests leave no server behind.
                [*("setpriv", "--pdeathsig", "KILL", node, str(_HERE / "provider.mjs")),
                 str(self._port), str(self._folder)],
                stdout=output,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        ends = time.monotonic() + 30
        while not listens(f"127.0.0.1:{self._port}"):
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < ends, "the provider did not start in time"
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def settings(self, **more: str) -> dict[str, str]:
        """The environment of an installation that signs people in here."""
        return {
            "OVIRTLITE_OIDC_ISSUER": self.issuer,
            "OVIRTLITE_OIDC_CLIENT_ID": CLIENT_ID,
            "OVIRTLITE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            **more,
        }

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        part = self._folder / f"{name}.part"
        part.write_text(json.dumps(content))
        part.rename(self._folder / name)


@contextmanager
def openid_provider(folder: Path, origins: list[str]) -> Iterator[OpenidProvider]:
    """One that runs, for clients at these origins; ended at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    made = OpenidProvider(folder, origins)
    try:
        made.start()
        yield made
    finally:
        made.stop()
