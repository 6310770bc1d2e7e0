"""The two addresses of a sign-in at the OpenID provider: where it begins, and where the provider sends back to.

Browsers come here, not programs: every outcome is a redirect to the dashboard, whose sign-in page shows a refusal.
"""

import logging
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from access.actor import Actor
from access.api import rates
from access.errors import TooMany
from access.identities import oidc, signing_in
from access.identities.admission import NotAdmitted
from access.identities.configuration import Oidc

log = logging.getLogger(__name__)

_STATE_LIVES_SECONDS = 600
_NOT_PAGES = ("/api/", "/auth/", "/static/", "/ws/", "/console/")
_LONGEST = 2000


def _configured() -> Oidc:
    if settings.OIDC is None:
        raise Http404
    configured: Oidc = settings.OIDC
    return configured


def _page(wanted: str) -> str:
    """The page of ours that `next` names, else the first. Never an address of anybody else's."""
    is_own = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_own and len(wanted) <= _LONGEST and not wanted.startswith(_NOT_PAGES) else "/"


def _refused(code: str) -> HttpResponse:
    return HttpResponseRedirect(f"/?{urlencode({'sign_in_error': code})}")


@require_GET
@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    configured = _configured()
    if request.META.get("HTTP_SEC_FETCH_SITE", "none") not in {"none", "same-origin"}:
        return HttpResponseRedirect("/")  # a sign-in begins on our own page, not on somebody else's
    by = Actor(address=request.META.get("REMOTE_ADDR") or "")
    try:
        rates.count_sign_in(by)  # before anything is kept of it
    except TooMany:
        return _refused("too_many")
    if "_auth_user_id" not in request.session:
        request.session.set_expiry(_STATE_LIVES_SECONDS)  # it holds a state, and nobody is signed in
    try:
        return oidc.begin(request, configured, then=_page(request.GET.get("next", "/")))
    except NotAdmitted as error:
        log.warning("a sign-in at %s cannot begin: %s", configured.issuer, error.detail)
        return _refused(error.code)


@require_GET
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """Sign in whom the provider vouches for."""
    configured = _configured()
    by = Actor(address=request.META.get("REMOTE_ADDR") or "")
    try:
        vouched, then = oidc.complete(request, configured)
        signing_in.sign_in(request, vouched, configured.groups, by=by)
    except NotAdmitted as error:
        log.warning("a sign-in at %s failed (%s): %s", configured.issuer, error.code, error.detail)
        return _refused(error.code)
    return HttpResponseRedirect(then)
