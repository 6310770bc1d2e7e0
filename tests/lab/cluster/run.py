"""Runs the machine's own programs, and raises with their words when they fail."""

import subprocess
from collections.abc import Sequence

COMMAND_SECONDS = 60.0
"""What a healthy command never takes, even on a machine that runs ten guests without KVM beside it."""


class CommandFailed(Exception):
    """A program ended with another code than 0. Its text is what the program said."""


def run(*argv: str, seconds: float = COMMAND_SECONDS, stdin: str | None = None) -> str:
    """What the program prints. Raises `CommandFailed`, also when it takes longer than `seconds`."""
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=seconds, input=stdin, check=False, errors="replace"
        )
    except subprocess.TimeoutExpired as expired:
        raise CommandFailed(f"{_line(argv)}: took longer than {seconds} s") from expired
    if done.returncode:
        words = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
        raise CommandFailed(f"{_line(argv)}: {words}")
    return done.stdout


def _line(argv: Sequence[str]) -> str:
    return " ".join(argv)
