"""Secrets at rest: sealed with a key that is outside the database, so a copy of the database alone opens nothing.

A seal names its key: "seal:v2:KEY:…". What was sealed before there were such keys has no such beginning, and opens by
SECRET_KEY until `manage.py rotate_secrets` seals it anew.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from access.keys import SEALING, Key, derived, ring

_BEGINS = "seal:v2:"
_BEGAN_ONCE = "gAAAA"  # a Fernet token's version and the high bits of its time
_ONCE = b"ovirtlite.access.secrets.v1"


class Unsealable(Exception):
    """The text was sealed with a key that is not here, or is damaged."""


@lru_cache(maxsize=64)
def _fernet(word: str, purpose: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(derived(word, purpose)))


def seal(text: str) -> str:
    """Encrypt and sign."""
    return _sealed_with(ring().current, text)


def _sealed_with(key: Key, text: str) -> str:
    return f"{_BEGINS}{key.id}:{_fernet(key.word, SEALING).encrypt(text.encode()).decode('ascii')}"


def unseal(sealed: str) -> str:
    """What `seal` was given. Raises Unsealable."""
    if not sealed.startswith(_BEGINS):
        return _opened(
            _fernet(settings.SECRET_KEY, _ONCE), sealed, "SECRET_KEY is not the one that sealed it"
        )
    id, _, token = sealed.removeprefix(_BEGINS).partition(":")
    key = ring().key(id)
    if key is None:
        raise Unsealable(f"The secret cannot be opened: the key {id} is not among the keys.")
    return _opened(_fernet(key.word, SEALING), token, "it is damaged")


def _opened(fernet: Fernet, token: str, why: str) -> str:
    try:
        return fernet.decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Unsealable(f"The secret cannot be opened: {why}.") from error


_here = os.urandom(32)


@lru_cache(maxsize=4096)
def sameness(sealed: str) -> str:
    """What stays the same in this process when the same secret is sealed anew, and tells nothing of it."""
    try:
        return hmac.new(_here, unseal(sealed).encode(), hashlib.sha256).hexdigest()
    except Unsealable:
        return sealed


def key_of(text: str) -> str | None:
    """The id of the key that sealed this; "" if it is from before there were such; None if it is no seal of ours."""
    if not text.startswith((_BEGINS, _BEGAN_ONCE)):
        return None
    try:
        unseal(text)
    except Unsealable:
        # Of a key that is gone, or a text that only looks like one: neither is for us to touch.
        return None
    return text.removeprefix(_BEGINS).partition(":")[0] if text.startswith(_BEGINS) else ""


def resealed(text: str) -> str:
    """The same secret under the key that seals now; the text itself if it is that already, or no seal."""
    id = key_of(text)
    return text if id is None or id == ring().current.id else seal(unseal(text))
