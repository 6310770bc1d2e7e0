"""One answer over HTTP, from the address that the guard looked at."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from jobs.errors import JobFailed
from storage.fetching.guard import Forbidden, Network, Target, redirected, resolve

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_PIECE_BYTES = 2**20
_WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Content of a known size, piece by piece."""

    size: int
    pieces: Iterator[bytes]


@contextmanager
def answer(url: str, allowed: Sequence[Network]) -> Iterator[Answer]:
    """What lies at an address, over redirects. Raises JobFailed."""
    # No proxy of the environment: it would resolve names anew, out of our sight.
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=_TIMEOUT) as client:
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                target = resolve(url, allowed)
                with client.stream(
                    "GET",
                    target.url,
                    headers={"Host": target.host_header, "Accept-Encoding": "identity"},
                    auth=(target.user, target.password) if target.user else None,
                    extensions={"sni_hostname": target.name},
                ) as response:
                    if response.status_code not in _REDIRECTS:
                        yield _checked(response, target)
                        return
                    url = redirected(url, response.headers.get("location", ""))
            except Forbidden as forbidden:
                raise JobFailed("address_refused", str(forbidden)) from None
            except httpx.HTTPError as error:
                raise JobFailed(
                    "fetch_failed", f"The address did not answer as it should: {_words(error)}"
                ) from None
    raise JobFailed("fetch_failed", f"It leads on and on, over more than {_MOST_REDIRECTS} addresses.")


def _checked(response: httpx.Response, target: Target) -> Answer:
    if response.status_code != 200:
        raise JobFailed(
            "fetch_failed", f"{target.name} answered {response.status_code} {response.reason_phrase}."
        )
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise JobFailed("fetch_failed", f"{target.name} sends it compressed in a way that was not asked for.")
    length = response.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit() or not int(length):
        raise JobFailed("fetch_failed", f"{target.name} does not say how large it is.")
    return Answer(int(length), _pieces(response))


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    """As they come from a slow server, so that a cancel is not waited for; in larger ones from a fast one."""
    waiting: list[bytes] = []
    held, since = 0, time.monotonic()
    try:
        for piece in response.iter_raw():
            waiting.append(piece)
            held += len(piece)
            if held >= _PIECE_BYTES or time.monotonic() - since > _WAIT_SECONDS:
                yield b"".join(waiting)
                waiting, held, since = [], 0, time.monotonic()
        if waiting:
            yield b"".join(waiting)
    except httpx.HTTPError as error:
        raise JobFailed("fetch_failed", f"It broke off: {_words(error)}") from None


def _words(error: httpx.HTTPError) -> str:
    """Without the address: it may hold a password."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
