"""Idempotency-Key: a repeat of a POST gets the first one's reply; the same key for another request is refused.

The key is written in the transaction of the change itself. So of two at once the second waits for the first to commit
and then reads its reply, and where the first fails nothing is left of it, the key included.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response

from access.errors import Conflict, Invalid
from access.models import KeptReply, User
from access.secrets import seal, unseal

KEPT_FOR = timedelta(hours=24)
_KEPT_HEADERS = ("Content-Type", "Location", "ETag")
_LONGEST_KEY = 200


class AnsweredBefore(Exception):
    """This request was answered already, with `reply`."""

    def __init__(self, reply: HttpResponse) -> None:
        super().__init__()
        self.reply = reply


def begin(user: User, key: str, request: Request) -> KeptReply:
    """Take the key, within a transaction. Raises AnsweredBefore, Invalid, or Conflict (another request's key)."""
    if not 0 < len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
        wrong = f"1 to {_LONGEST_KEY} printable ASCII characters."
        raise Invalid(f"Idempotency-Key: {wrong}", errors={"Idempotency-Key": [wrong]})
    asked = f"{request.method} {request.get_full_path()}\n".encode() + request._request.body
    # With a key: a body may hold a password, which a plain digest would let be guessed at from a copy of the database.
    digest = salted_hmac("access.api.idempotency", asked, algorithm="sha256").hexdigest()
    try:
        with transaction.atomic():
            return KeptReply.objects.create(user=user, key=key, request_digest=digest)
    except IntegrityError:
        kept = KeptReply.objects.select_for_update().get(user=user, key=key)
    if kept.at < timezone.now() - KEPT_FOR:
        kept.delete()
        return KeptReply.objects.create(user=user, key=key, request_digest=digest)
    if kept.request_digest != digest:
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_mismatch")
    reply = HttpResponse(unseal(kept.sealed_body).encode(), status=kept.status)
    for name, value in kept.headers.items():
        reply[name] = value
    reply["Idempotent-Replayed"] = "true"
    raise AnsweredBefore(reply)


def finish(kept: KeptReply, response: HttpResponse) -> None:
    """Keep the reply of what was done. A refusal changed nothing, so its key is free again."""
    if response.status_code >= 400:
        kept.delete()
        return
    if isinstance(response, Response):
        response.render()
    kept.status = response.status_code
    kept.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    kept.sealed_body = seal(response.content.decode())
    kept.save()


def prune() -> int:
    """Delete replies that are no longer kept; returns how many."""
    deleted, _ = KeptReply.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted
