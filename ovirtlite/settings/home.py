"""Where one installation keeps its state, and what the environment says of it; without Django, for the supervisor."""

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_PROJECT = Path(__file__).resolve().parents[2]
_LONGEST_SOCKET_NAME = 24
_UNIX_PATH_MAX = 107


@dataclass(frozen=True)
class Home:
    """One installation's folder (`OVIRTLITE_HOME`) and addresses, as the environment gives them.

    `database_url` and `redis_url` are what the environment names, or "" for the embedded SQLite and Redis.
    """

    path: Path
    listen: str
    console_listen: str
    console_url: str
    database_url: str
    redis_url: str
    embedded: bool

    @classmethod
    def from_env(cls) -> "Home":
        env = os.environ
        path = Path(env.get("OVIRTLITE_HOME") or _PROJECT / "var").expanduser()
        return cls(
            path=path if path.is_absolute() else Path.cwd() / path,
            listen=env.get("OVIRTLITE_LISTEN") or "127.0.0.1:8000",
            console_listen=env.get("OVIRTLITE_CONSOLE_LISTEN") or "127.0.0.1:6080",
            console_url=env.get("OVIRTLITE_CONSOLE_URL", ""),
            database_url=env.get("OVIRTLITE_DATABASE_URL", ""),
            redis_url=env.get("OVIRTLITE_REDIS_URL", ""),
            embedded=env.get("OVIRTLITE_EMBEDDED", "1") not in {"0", "false", "no", "off"},
        )

    @property
    def project(self) -> Path:
        """The checkout that this code runs from."""
        return _PROJECT

    @property
    def run(self) -> Path:
        """For sockets and pid files. A Unix socket's path holds 107 bytes, so a deep HOME gets a short folder."""
        inside = self.path / "run"
        if len(os.fsencode(inside)) + 1 + _LONGEST_SOCKET_NAME <= _UNIX_PATH_MAX:
            return inside
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"ovirtlite-{os.getuid()}-{digest}"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def nodes(self) -> Path:
        """Keys, certificates and ssh wrappers of the hosts, one private folder each."""
        return self.path / "nodes"

    @property
    def redis_socket(self) -> Path:
        return self.run / "redis.sock"

    @property
    def keys_file(self) -> Path | None:
        """Where the keys of secrets at rest are (see access.keys). None: they are derived from OVIRTLITE_SECRET_KEY.

        That is so where the environment gives a secret key and names no keys: it may be one of several machines, of
        which none must make a key that the others do not have.
        """
        named = os.environ.get("OVIRTLITE_KEYS_FILE")
        if named:
            return Path(named).expanduser().absolute()
        file = self.path / "keys"
        return None if os.environ.get("OVIRTLITE_SECRET_KEY") and not file.exists() else file

    def make_folders(self) -> None:
        """Make HOME and its folders, readable by this user alone."""
        for folder in (self.path, self.run, self.log, self.nodes):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.run.chmod(0o700)

    def redis(self) -> str:
        """Redis for redis-py: the server that the environment names, else the private one on its socket."""
        return self.redis_url or f"unix://{self.redis_socket}?db=0"

    def broker(self) -> str:
        """The same Redis, as Celery spells it."""
        url = urlsplit(self.redis())
        said = parse_qs(url.query)
        if url.scheme == "unix":
            return f"redis+socket://{url.netloc}{url.path}?virtual_host={said.get('db', ['0'])[0]}"
        if url.scheme == "rediss" and "ssl_cert_reqs" not in said:
            # Celery would take any certificate, where redis-py looks at it.
            return f"{self.redis_url}{'&' if url.query else '?'}ssl_cert_reqs=required"
        return self.redis_url

    def secret_key(self) -> str:
        """`OVIRTLITE_SECRET_KEY`, else one made once under HOME, readable by this user alone."""
        given = os.environ.get("OVIRTLITE_SECRET_KEY")
        if given:
            return given
        file = self.path / "secret_key"
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text().strip()
        with os.fdopen(handle, "w") as made:
            made.write(secrets.token_urlsafe(48))
        return file.read_text().strip()
