"""Security keys and passkeys: WebAuthn, by py_webauthn. A key is made for one host name and answers there alone."""

import json
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from webauthn.helpers import bytes_to_base64url, exceptions
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from access.actor import Actor
from access.errors import Conflict, Invalid
from access.models import SecondFactor, User
from access.services import proof, second_factors
from access.services.checks import locked, own
from access.sessions import take

_TO_REGISTER, _TO_SIGN_IN = "webauthn_to_register", "webauthn_to_sign_in"
# What the library raises over a credential that is none, or not the right one.
_WRONG = (exceptions.WebAuthnException, UnsupportedAlgorithm, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Page:
    """Where in the browser's eyes a request comes from: `https://vms.example`. Checked by whoever makes one."""

    origin: str

    @property
    def host(self) -> str:
        """The relying party's id: the page's host name; "" where it has an address instead of a name."""
        name = (urlsplit(self.origin).hostname or "").lower()
        try:
            ip_address(name)
        except ValueError:
            return name
        return ""


def _keys(user: User, host: str) -> list[PublicKeyCredentialDescriptor]:
    found = SecondFactor.objects.filter(user=user, kind=SecondFactor.Kind.WEBAUTHN, relying_party=host)
    ids = found.order_by("created_at").values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one or "")) for one in ids]


def begin(page: Page, session: SessionBase, *, by: Actor) -> dict[str, Any]:
    """What `navigator.credentials.create` takes. Raises NotPermitted, Conflict (`webauthn_needs_name`)."""
    user = own(by)
    proof.need(by)
    if not page.host:
        raise Conflict(
            "Security keys work at a host name, not at an IP address: open this page by its name.",
            code="webauthn_needs_name",
        )
    options = webauthn.generate_registration_options(
        rp_id=page.host,
        rp_name="ovirtlite",
        user_id=user.pk.bytes,
        user_name=user.username,
        user_display_name=user.display_name or user.username,
        exclude_credentials=_keys(user, page.host),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    session[_TO_REGISTER] = bytes_to_base64url(options.challenge)
    return dict(json.loads(webauthn.options_to_json(options)))


def confirm(
    name: str, credential: dict[str, Any], page: Page, session: SessionBase, *, by: Actor
) -> list[str] | None:
    """Add the key that answers. Returns recovery codes where there were none. Raises Invalid, Conflict."""
    user = own(by)
    challenge = take(session, _TO_REGISTER)
    if challenge is None:
        raise Conflict("Begin anew: this key answers nothing that was asked.", code="set_up_expired")
    try:
        key = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=page.host,
            expected_origin=page.origin,
        )
    except _WRONG:
        wrong = "The key's answer is not right for this page."
        raise Invalid(wrong, code="wrong_credential", errors={"credential": [wrong]}) from None
    factor = SecondFactor(
        user=user,
        kind=SecondFactor.Kind.WEBAUTHN,
        name=name,
        credential_id=bytes_to_base64url(key.credential_id),
        public_key=bytes_to_base64url(key.credential_public_key),
        relying_party=page.host,
        sign_count=key.sign_count,
    )
    try:
        with transaction.atomic():
            locked(User, user.pk, None)
            second_factors.room_for_one_more(user)
            factor.save()
            return second_factors.added(factor, by)
    except IntegrityError:
        raise Conflict("This key is registered already.", code="already_set_up") from None


def options_to_sign_in(user: User, page: Page, session: SessionBase) -> dict[str, Any] | None:
    """What `navigator.credentials.get` takes; None where the user has no key for this host name."""
    keys = _keys(user, page.host) if page.host else []
    if not keys:
        return None
    options = webauthn.generate_authentication_options(
        rp_id=page.host, allow_credentials=keys, user_verification=UserVerificationRequirement.PREFERRED
    )
    session[_TO_SIGN_IN] = bytes_to_base64url(options.challenge)
    return dict(json.loads(webauthn.options_to_json(options)))


def is_answer(user: User, credential: dict[str, Any], page: Page, session: SessionBase) -> bool:
    """Whether one of the user's keys answers the challenge, which is used up by it."""
    challenge = take(session, _TO_SIGN_IN)
    if challenge is None:
        return False
    factor = SecondFactor.objects.filter(
        user=user,
        kind=SecondFactor.Kind.WEBAUTHN,
        relying_party=page.host,
        credential_id=str(credential.get("id", "")),
    ).first()
    if factor is None:
        return False
    try:
        answer = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=factor.relying_party,
            expected_origin=page.origin,
            credential_public_key=webauthn.base64url_to_bytes(factor.public_key),
            credential_current_sign_count=factor.sign_count,
        )
    except _WRONG:
        return False
    # A count that does not grow is a copy's; keys that never count say 0 for ever.
    grows = Q(sign_count__lt=answer.new_sign_count)
    if answer.new_sign_count == 0:
        grows = Q(sign_count=0)
    used = SecondFactor.objects.filter(grows, pk=factor.pk)
    return used.update(sign_count=answer.new_sign_count, last_used_at=timezone.now()) == 1
