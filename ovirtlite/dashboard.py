"""The dashboard's page: one document for every address that is not the API's, with the CSRF cookie set."""

import secrets
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from ovirtlite.api.middleware import STYLE_NONCE

_NO_NONCE = b'name="style-nonce" content=""'


@cache
def _page(file: Path) -> bytes:
    return file.read_bytes()


@ensure_csrf_cookie
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The built front end, or a sentence that says how to build it."""
    file = settings.FRONTEND_DIST / "index.html"
    if not file.is_file():
        return HttpResponse(
            "The dashboard is not built yet: run “make front-end”.",
            status=503,
            content_type="text/plain; charset=utf-8",
        )
    nonce = secrets.token_urlsafe(16)
    request.META[STYLE_NONCE] = nonce
    return HttpResponse(_page(file).replace(_NO_NONCE, _NO_NONCE.replace(b'""', f'"{nonce}"'.encode())))
