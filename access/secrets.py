"""Secrets at rest: sealed with a key derived from SECRET_KEY, so a copy of the database alone opens nothing."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unsealable(Exception):
    """The text was sealed under another SECRET_KEY, or is damaged."""


@lru_cache(maxsize=4)
def _key(secret_key: str) -> Fernet:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"ovirtlite.access.secrets.v1")
    return Fernet(base64.urlsafe_b64encode(kdf.derive(secret_key.encode())))


def seal(text: str) -> str:
    """Encrypt and sign."""
    return _key(settings.SECRET_KEY).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """What `seal` was given. Raises Unsealable."""
    try:
        return _key(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unsealable("The secret cannot be opened: SECRET_KEY is not the one that sealed it.") from error
