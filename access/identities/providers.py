"""Which providers the sign-in page offers."""

from django.conf import settings
from django.urls import reverse


def offered() -> list[dict[str, str]]:
    """Their names, and the addresses at which a sign-in with them begins."""
    oidc = settings.OIDC
    return [] if oidc is None else [{"id": "oidc", "name": oidc.name, "url": reverse("oidc-login")}]
