"""What holds for every request: whose address counts, how large it may be, what a browser may do with the reply."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from access import addresses
from ovirtlite.api.problems import body_too_large

Respond = Callable[[HttpRequest], HttpResponseBase]

_FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
)
# Of what browsers offer, pages need the clipboard, the full screen and security keys.
_PERMISSIONS_POLICY = ", ".join(
    f"{name}=()"
    for name in ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
                 "midi", "payment", "usb")
)  # fmt: skip
_DOCS = "/api/v1/docs/"
STYLE_NONCE = "ovirtlite.style_nonce"  # of a page that may make style elements
_VIA_PROXY = "ovirtlite.via_proxy"
CONTENT = (
    "ovirtlite.content"  # in the scope of a request whose body is taken as it comes, and never read here
)


def client_address(respond: Respond) -> Respond:
    """REMOTE_ADDR becomes the client's own; X-Forwarded headers of others than the trusted proxies are dropped."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        peer = request.META.get("REMOTE_ADDR") or ""
        request.META[_VIA_PROXY] = any(name in request.META for name in (*_FORWARDED, "HTTP_FORWARDED"))
        if addresses.is_trusted(peer, settings.TRUSTED_PROXIES):
            forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
            request.META["REMOTE_ADDR"] = addresses.client_address(peer, forwarded, settings.TRUSTED_PROXIES)
        else:
            for name in _FORWARDED:
                request.META.pop(name, None)
        return respond(request)

    return middleware


def came_through_a_proxy(request: HttpRequest) -> bool:
    """Whether the request carried any header by which proxies name a client, believed or not."""
    return bool(request.META.get(_VIA_PROXY))


def _console_origin(request: HttpRequest) -> str:
    if settings.CONSOLE_URL:
        given = urlsplit(settings.CONSOLE_URL)
        scheme = {"http": "ws", "https": "wss"}.get(given.scheme, given.scheme)
        return f"{scheme}://{given.netloc}"
    host = request.get_host()
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    port = settings.CONSOLE_LISTEN.rpartition(":")[2]
    return f"{'wss' if request.is_secure() else 'ws'}://{name}:{port}"


def _content_security_policy(request: HttpRequest) -> str:
    socket = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    nonce = request.META.get(STYLE_NONCE)
    # The terminal and the editor put style elements into the page themselves: see frontend/src/ui/styleNonce.ts.
    # The browser of the API's document is not ours to teach that.
    styles = f"'nonce-{nonce}'" if nonce else "'unsafe-inline'" if request.path == _DOCS else ""
    return (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        f"style-src 'self' {styles}; img-src 'self' data: blob:; font-src 'self' data:; "
        "worker-src 'self' blob:; "
        f"connect-src 'self' {socket} {_console_origin(request)}; frame-ancestors 'none'"
    )


def security_headers(respond: Respond) -> Respond:
    """Strict headers on every reply; cookies are Secure when the request came by https."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Security-Policy", _content_security_policy(request))
        else:
            response.headers.setdefault(
                "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
            )
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
            patch_vary_headers(response, ("Cookie", "Authorization"))
        if request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response

    return middleware


def bounded_body(respond: Respond) -> Respond:
    """Refuses what announces to be too large. A body of no announced length is bounded while it is read."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if getattr(request, "scope", {}).get(CONTENT):
            return respond(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > settings.MAX_BODY_BYTES:
            return body_too_large()
        return respond(request)

    return middleware
