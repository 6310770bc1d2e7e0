"""Second factors: what a person has, an app's codes, codes on paper; added, used once each, taken away."""

import base64
import hashlib
import io
import secrets
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
import segno
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotThere
from access.models import RecoveryCode, SecondFactor, User
from access.secrets import seal, unseal
from access.services import duties, proof
from access.services.checks import locked, own
from access.services.sessions import end_all, managed

Kind = SecondFactor.Kind
CODES = 10
_CODE_BYTES = 10
_STEP_SECONDS = 30
_SET_UP_WITHIN = timedelta(minutes=15)
MOST_FACTORS = 12


def list_own(by: Actor) -> list[dict[str, Any]]:
    """One's own. `left` is how many codes on paper are not used yet."""
    rows = SecondFactor.objects.filter(user=own(by), confirmed=True).annotate(left=Count("codes"))
    return [
        {
            "id": row.pk,
            "kind": row.kind,
            "name": row.name,
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
            "left": row.left if row.kind == Kind.RECOVERY_CODES else None,
        }
        for row in rows.order_by("created_at", "pk")
    ]


def methods_of(user: User) -> list[str]:
    """By what the user can take the second step. Codes on paper alone do not ask for one."""
    kinds = set(SecondFactor.objects.filter(user=user, confirmed=True).values_list("kind", flat=True))
    methods = [kind.value for kind in (Kind.TOTP, Kind.WEBAUTHN) if kind in kinds]
    if methods and RecoveryCode.objects.filter(factor__user=user).exists():
        methods.append("recovery_code")
    return methods


def users_with_one(users: Iterable[UUID]) -> frozenset[UUID]:
    """Those whose sign-in asks for a second factor. One query."""
    factors = SecondFactor.objects.filter(user__in=list(users), confirmed=True).exclude(
        kind=Kind.RECOVERY_CODES
    )
    return frozenset(factors.values_list("user_id", flat=True))


def begin_totp(by: Actor) -> dict[str, Any]:
    """A new secret for an app; it counts once a code of it was given. Raises Conflict, NotPermitted."""
    user = own(by)
    proof.need(by)
    secret = pyotp.random_base32(32)
    with transaction.atomic():
        locked(User, user.pk, None)
        room_for_one_more(user)
        if SecondFactor.objects.filter(user=user, kind=Kind.TOTP, confirmed=True).exists():
            raise Conflict("An app is set up already; remove it first.", code="already_set_up")
        SecondFactor.objects.filter(user=user, kind=Kind.TOTP, confirmed=False).delete()
        factor = SecondFactor.objects.create(
            user=user, kind=Kind.TOTP, confirmed=False, sealed_secret=seal(secret)
        )
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="ovirtlite")
    picture = io.BytesIO()
    # With its namespace: pages show it as an image, not as a part of themselves.
    segno.make(uri, error="m", micro=False).save(
        picture,
        kind="svg",
        xmldecl=False,
        svgns=True,
        nl=False,
        border=4,
        light="#fff",
        dark="#000",
        omitsize=True,
    )
    return {"id": factor.pk, "secret": secret, "uri": uri, "qr_svg": picture.getvalue().decode()}


def confirm_totp(code: str, by: Actor) -> list[str] | None:
    """The app's first code. Returns recovery codes where there were none. Raises Invalid, Conflict."""
    user = own(by)
    with transaction.atomic():
        locked(User, user.pk, None)
        factor = SecondFactor.objects.filter(
            user=user, kind=Kind.TOTP, confirmed=False, created_at__gt=timezone.now() - _SET_UP_WITHIN
        ).first()
        if factor is None:
            raise Conflict("Begin anew: this took too long.", code="set_up_expired")
        step = _step_of(factor, code)
        if step is None:
            wrong = "That is not the code of now. Is the clock of the other device right?"
            raise Invalid(wrong, code="wrong_code", errors={"code": [wrong]})
        factor.confirmed, factor.last_step, factor.created_at = True, step, timezone.now()
        factor.save()
        return added(factor, by)


def added(factor: SecondFactor, by: Actor) -> list[str] | None:
    """Record it, in the transaction that added it. The first brings recovery codes, told this once."""
    user = factor.user
    audit.record(
        by, "second_factor.add", "user", user.pk, user.username, method=factor.kind, label=factor.name
    )
    if SecondFactor.objects.filter(user=user, kind=Kind.RECOVERY_CODES).exists():
        return None
    return _new_codes(user)


def room_for_one_more(user: User) -> None:
    """Raises Conflict. Called with the user's row locked."""
    if SecondFactor.objects.filter(user=user, confirmed=True).count() >= MOST_FACTORS:
        raise Conflict("That are enough second factors; remove one first.", code="too_many_second_factors")


def renew_codes(by: Actor) -> list[str]:
    """Ten new recovery codes in place of the old. Raises Conflict for who has no second factor, NotPermitted."""
    user = own(by)
    proof.need(by)
    with transaction.atomic():
        locked(User, user.pk, None)
        if not methods_of(user):
            raise Conflict("Set up a second factor first.", code="no_second_factor")
        SecondFactor.objects.filter(user=user, kind=Kind.RECOVERY_CODES).delete()
        codes = _new_codes(user)
        audit.record(
            by, "second_factor.add", "user", user.pk, user.username, method=Kind.RECOVERY_CODES.value
        )
    return codes


def remove(id: UUID, *, by: Actor) -> None:
    """Raises NotThere, NotPermitted, Conflict (the last of who must have one)."""
    user = own(by)
    proof.need(by)
    with transaction.atomic():
        user = locked(User, user.pk, None)
        factor = SecondFactor.objects.filter(pk=id, user=user, confirmed=True).first()
        if factor is None:
            raise NotThere
        others = SecondFactor.objects.filter(user=user, confirmed=True).exclude(pk=id)
        last = not others.exclude(kind=Kind.RECOVERY_CODES).exists()
        if factor.kind != Kind.RECOVERY_CODES and last:
            if duties.must_have_second_factor(user):
                raise Conflict(
                    "You must have a second factor here: set up another one, then remove this.",
                    code="second_factor_needed",
                )
            others.delete()  # codes on paper stand in for something that is gone now
        audit.record(
            by, "second_factor.remove", "user", user.pk, user.username, method=factor.kind, label=factor.name
        )
        factor.delete()


def reset(id: UUID, *, by: Actor) -> None:
    """Take all second factors of another, who has lost them, and end their sessions.

    Raises NotPermitted, NotThere, Conflict (one's own: they are removed under one's account, where a proof is asked).
    """
    if id == by.id:
        raise Conflict("Remove your own second factors under your account.", code="own_account")
    reset_of(managed(id, by), by=by)


def reset_of(user: User, *, by: Actor) -> tuple[list[str], int]:
    """The same, of a user whom `by` may change. Returns what was taken, and how many sessions ended."""
    with transaction.atomic():
        removed = list(SecondFactor.objects.filter(user=user, confirmed=True).values_list("kind", flat=True))
        SecondFactor.objects.filter(user=user).delete()
        ended = end_all(user)
        audit.record(
            by,
            "user.reset_second_factor",
            "user",
            user.pk,
            user.username,
            methods=removed,
            sessions_ended=ended,
        )
    return removed, ended


def _step_of(factor: SecondFactor, code: str) -> int | None:
    """The time step, of this one and its neighbours, that the code is of and that is later than the last one used."""
    totp, now = pyotp.TOTP(unseal(factor.sealed_secret)), int(time.time()) // _STEP_SECONDS
    given = "".join(code.split())
    for step in (now - 1, now, now + 1):
        if step > factor.last_step and constant_time_compare(totp.generate_otp(step), given):
            return step
    return None


def take_code(user: User, code: str) -> bool:
    """Whether it is a code of the user's app that was not used before; from now on it was."""
    factor = SecondFactor.objects.filter(user=user, kind=Kind.TOTP, confirmed=True).first()
    step = _step_of(factor, code) if factor is not None else None
    if factor is None or step is None:
        return False
    won = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    return won.update(last_step=step, last_used_at=timezone.now()) == 1


def take_recovery_code(user: User, code: str) -> bool:
    """Whether it is one of the user's codes on paper; from now on it is not."""
    taken, _ = RecoveryCode.objects.filter(factor__user=user, digest=_digest(code)).delete()
    if taken:
        SecondFactor.objects.filter(user=user, kind=Kind.RECOVERY_CODES).update(last_used_at=timezone.now())
    return taken == 1


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _new_codes(user: User) -> list[str]:
    factor = SecondFactor.objects.create(user=user, kind=Kind.RECOVERY_CODES)
    plain = [base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, digest=_digest(code)) for code in plain)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in plain]
