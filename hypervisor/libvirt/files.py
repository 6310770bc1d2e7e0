"""The private folder of one node: keys, certificates and wrappers, written only where something changed."""

import os
import tempfile
from pathlib import Path


def prepare(folder: Path) -> Path:
    """Make the folder, for us alone. Gives its absolute path."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder.resolve()


def keep(path: Path, content: str, *, mode: int = 0o600) -> Path:
    """Write the file unless it says that already. Never half: several processes may do so at once."""
    data = content.encode()
    try:
        if path.read_bytes() == data and (path.stat().st_mode & 0o777) == mode:
            return path
    except FileNotFoundError:
        pass
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def lines(content: str) -> str:
    """A PEM or OpenSSH text as the programs want it: Unix line ends, and one at its end."""
    return content.replace("\r\n", "\n").strip() + "\n"
