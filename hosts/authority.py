"""The authority whose certificates open the nodes: made at first need, and anew before what it signs would outlive it.

A host keeps the authority's certificate beside its own until that is renewed, so a new authority breaks nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access import secrets
from hosts.models import CertificateAuthority
from hypervisor.certificates import Authority

_LIFE = timedelta(days=3650)


def life() -> timedelta:
    """Of a certificate."""
    return timedelta(days=settings.CERTIFICATE_DAYS)


def renews_at(expires_at: datetime) -> datetime:
    """When a third of its life is left."""
    return expires_at - life() / 3


def name_for(host_id: UUID) -> str:
    """As whom a host's node knows us: nobody else is let in there, and the name opens no other."""
    return f"ovirtlite host {host_id}"


def current() -> Authority:
    """The one that signs now."""
    known = CertificateAuthority.objects.first()
    if known is None or _ends_too_soon(known):
        known = _anew()
    return Authority(known.certificate, secrets.unseal(known.key))


def _anew() -> CertificateAuthority:
    with transaction.atomic():
        # Whoever comes second waits here, and takes the first one's.
        known, made = CertificateAuthority.objects.get_or_create(pk=1, defaults=_made())
        known = CertificateAuthority.objects.select_for_update().get(pk=1)
        if not made and _ends_too_soon(known):
            for name, value in _made().items():
                setattr(known, name, value)
            known.save()
    return known


def _made() -> dict[str, str | datetime]:
    authority = Authority.new("ovirtlite", life=_LIFE)
    return {
        "certificate": authority.certificate,
        "key": secrets.seal(authority.key),
        "expires_at": authority.expires_at,
    }


def _ends_too_soon(known: CertificateAuthority) -> bool:
    return known.expires_at < timezone.now() + 2 * life()
