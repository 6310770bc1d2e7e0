"""The way to an OpenID provider and back: allauth's code flow with PKCE and state, and what it leaves to others.

allauth sends no nonce and takes an id token that came from the token endpoint without looking at its signature. Here
both are checked, each time (ADR 0028).
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from requests import RequestException, Session

from access.identities.admission import FAILED, NOT_ALLOWED, NotAdmitted, Vouched
from access.identities.configuration import Oidc, https_or_loopback

PROVIDER_ID = "oidc"
# None that is made with the client's secret, or with nothing.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_CLOCKS_DIFFER_SECONDS = 60
_NEEDED = ("exp", "iat", "iss", "aud", "sub")
_DISCOVERED_HOLDS_SECONDS = 300.0
_discovered: dict[str, tuple[float, Mapping[str, Any]]] = {}


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """How allauth asks the provider: within seconds, and never elsewhere than where discovery said."""

    def get_requests_session(self) -> Session:
        session: Session = super().get_requests_session()
        session.max_redirects = 0
        return session


@contextmanager
def _faults_of_the_provider() -> Iterator[None]:
    """Whatever the provider answers, the person is told that the sign-in failed, and the log why."""
    try:
        yield
    except OAuth2Error as error:
        raise NotAdmitted(_error_of(str(error)), code=FAILED) from error
    except (RequestException, jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAdmitted(f"{type(error).__name__}: {error}", code=FAILED) from error


def _error_of(text: str) -> str:
    """allauth's text holds the whole reply, which may hold a token; the error that it names is all that is told."""
    known = ("invalid_grant", "invalid_client", "invalid_request", "unauthorized_client", "access_denied")
    return next((word for word in known if word in text), "the token endpoint gave no token")


class Provider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth ships no types
    """The one provider that the environment names, as allauth sees it."""

    def __init__(self, request: HttpRequest, oidc: Oidc) -> None:
        self.oidc = oidc
        super().__init__(
            request,
            app=SocialApp(
                provider=OpenIDConnectProvider.id,
                provider_id=PROVIDER_ID,
                name=oidc.name,
                client_id=oidc.client_id,
                secret=oidc.client_secret,
                settings={"server_url": oidc.issuer.rstrip("/"), "oauth_pkce_enabled": True},
            ),
        )

    def get_oauth2_adapter(self, request: HttpRequest) -> "Flow":
        return Flow(request, self)


class Flow(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's steps, with what discovery says checked and kept for a while."""

    def __init__(self, request: HttpRequest, provider: Provider) -> None:
        self._provider = provider
        super().__init__(request, PROVIDER_ID)

    def get_provider(self) -> Provider:
        return self._provider

    @property
    def openid_config(self) -> Mapping[str, Any]:
        oidc = self._provider.oidc
        until, found = _discovered.get(oidc.issuer, (0.0, {}))
        if until < time.monotonic():
            with get_adapter().get_requests_session() as session:
                response = session.get(self._provider.server_url)
                response.raise_for_status()
                found = response.json()
            _check_discovered(found, oidc)
            _discovered[oidc.issuer] = (time.monotonic() + _DISCOVERED_HOLDS_SECONDS, found)
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """On the address that the browser uses, if that is one of ours: a Host header alone decides nothing."""
        origin = f"{'https' if request.is_secure() else 'http'}://{request.get_host()}"
        if origin not in settings.ORIGINS:
            raise NotAdmitted(f"{origin} is not one of OVIRTLITE_ORIGINS.", code=FAILED)
        return f"{origin}{reverse('oidc-callback')}"

    def claims(self, tokens: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """What the provider says of the person; what the id token says counts before what userinfo says."""
        verified = self._verified(tokens["id_token"])
        if not nonce or not constant_time_compare(str(verified.get("nonce", "")), nonce):
            raise ValueError("the id token was made for another sign-in")
        if not self.openid_config.get("userinfo_endpoint"):
            return verified
        told = self._fetch_user_info(tokens["access_token"])
        if told["sub"] != verified["sub"]:
            raise ValueError("userinfo speaks of somebody else")
        return {**told, **verified}

    def _verified(self, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(response.json()).keys
        kid = jwt.get_unverified_header(id_token).get("kid")
        fitting = [key for key in keys if key.public_key_use in {None, "sig"} and kid in {None, key.key_id}]
        if len(fitting) != 1:
            raise ValueError(f"{len(fitting)} of the provider's keys could have signed the id token")
        client_id = self._provider.oidc.client_id
        verified: dict[str, Any] = jwt.decode(
            id_token,
            key=fitting[0].key,
            algorithms=list(_ALGORITHMS),
            audience=client_id,
            issuer=self.openid_config["issuer"],
            leeway=_CLOCKS_DIFFER_SECONDS,
            options={"require": list(_NEEDED)},
        )
        several = isinstance(verified["aud"], list) and len(verified["aud"]) > 1
        if verified.get("azp", None if several else client_id) != client_id:
            raise ValueError("the id token was given to another client")
        return verified


def _check_discovered(found: Mapping[str, Any], oidc: Oidc) -> None:
    if str(found["issuer"]).rstrip("/") != oidc.issuer.rstrip("/"):
        raise ValueError(f"the provider calls itself {found['issuer']}, not {oidc.issuer}")
    in_clear = urlsplit(oidc.issuer).scheme == "http"  # on loopback; the configuration sees to that
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        if name == "userinfo_endpoint" and not found.get(name):
            continue
        url = str(found[name])
        if not (urlsplit(url).scheme == "https" or (in_clear and https_or_loopback(url))):
            raise ValueError(f"the provider's {name} is no https address")


def begin(request: HttpRequest, oidc: Oidc, *, then: str) -> HttpResponse:
    """Send the browser to the provider. Raises NotAdmitted when the provider does not answer."""
    nonce = secrets.token_urlsafe(32)
    with _faults_of_the_provider():
        response: HttpResponse = Provider(request, oidc).redirect(
            request,
            process="login",
            data={"nonce": nonce, "then": then},
            scope=oidc.scopes,
            auth_params={"nonce": nonce},
        )
    return response


def complete(request: HttpRequest, oidc: Oidc) -> tuple[Vouched, str]:
    """Who the provider says has come back, and where they wanted to go. Raises NotAdmitted."""
    given = request.GET
    state = statekit.unstash_state(request, provider_id=PROVIDER_ID, state_id=given.get("state", ""))
    if state is None:
        raise NotAdmitted("No sign-in was begun in this browser, or too long ago.", code=FAILED)
    if "error" in given or not given.get("code"):
        denied = given.get("error") == "access_denied"
        raise NotAdmitted(
            f"The provider answers with {given.get('error', 'no code')[:100]!r}.",
            code=NOT_ALLOWED if denied else FAILED,
        )
    provider = Provider(request, oidc)
    flow = Flow(request, provider)
    with _faults_of_the_provider():
        issuer = str(flow.openid_config["issuer"])
        if given.get("iss", issuer) != issuer:
            raise ValueError("another provider answers")
        client = flow.get_client(request, provider.app)
        tokens = flow.get_access_token_data(
            request, provider.app, client, pkce_code_verifier=state["pkce_code_verifier"]
        )
        claims = flow.claims(tokens, state["data"]["nonce"])
        return _vouched(claims, issuer, oidc), state["data"]["then"]


def _vouched(claims: Mapping[str, Any], issuer: str, oidc: Oidc) -> Vouched:
    local_part = str(claims.get("email") or "").rpartition("@")[0]
    called = (claims.get(oidc.username_claim), local_part, claims["sub"])
    return Vouched(
        source="oidc",
        issuer=issuer,
        subject=str(claims["sub"]),
        usernames=tuple(str(name) for name in called if name),
        display_name=str(claims.get("name") or ""),
        groups=_groups(claims, oidc.groups_claim),
    )


def _groups(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """The claim's values. Where no claim has the whole name, its dots lead inwards (`realm_access.roles`)."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset({found})
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()
