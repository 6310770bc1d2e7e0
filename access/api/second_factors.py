"""/me/second-factors/: one's own app, security keys and recovery codes."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import NothingSerializer
from access.api.sign_in_shapes import (
    AddedSerializer,
    KeyOptionsSerializer,
    NewKeySerializer,
    NewTotpSerializer,
    RecoveryCodesSerializer,
    SecondFactorSerializer,
    TotpCodeSerializer,
)
from access.api.signing_in import page_of
from access.api.views import Endpoint
from access.services import second_factors, security_keys


class _SecondFactors(Endpoint):
    """Replies hold secrets that are told once: none is kept for a repeat."""

    kind = "second_factor"
    comes_first = True
    keeps_replies = False


def _added(codes: list[str] | None) -> Response:
    said: dict[str, Any] = {} if codes is None else {"recovery_codes": codes}
    return Response(said, status=201)


class SecondFactorsView(_SecondFactors):
    """One's own second factors."""

    @extend_schema(operation_id="second_factors_list", responses=SecondFactorSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(second_factors.list_own(self.actor))


class SecondFactorView(_SecondFactors):
    """One of them."""

    @extend_schema(operation_id="second_factors_destroy", responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove it. With the last one the recovery codes go as well."""
        second_factors.remove(pk, by=self.actor)
        return Response(status=204)


class TotpView(_SecondFactors):
    """An app that shows codes."""

    @extend_schema(
        operation_id="second_factors_totp", request=NothingSerializer, responses={201: NewTotpSerializer}
    )
    def post(self, request: Request) -> Response:
        """A new secret for the app; `confirm` with its first code makes it count."""
        self.body(NothingSerializer)
        return Response(second_factors.begin_totp(self.actor), status=201)


class TotpConfirmView(_SecondFactors):
    """The first code of an app."""

    @extend_schema(
        operation_id="second_factors_totp_confirm",
        request=TotpCodeSerializer,
        responses={201: AddedSerializer},
    )
    def post(self, request: Request) -> Response:
        return _added(second_factors.confirm_totp(self.body(TotpCodeSerializer)["code"], self.actor))


class WebAuthnView(_SecondFactors):
    """A security key or passkey."""

    @extend_schema(
        operation_id="second_factors_webauthn",
        request=NothingSerializer,
        responses={200: KeyOptionsSerializer},
    )
    def post(self, request: Request) -> Response:
        """What `navigator.credentials.create` takes; `confirm` with what it gives adds the key."""
        self.body(NothingSerializer)
        return Response(security_keys.begin(page_of(request), request._request.session, by=self.actor))


class WebAuthnConfirmView(_SecondFactors):
    """The answer of a security key."""

    @extend_schema(
        operation_id="second_factors_webauthn_confirm",
        request=NewKeySerializer,
        responses={201: AddedSerializer},
    )
    def post(self, request: Request) -> Response:
        given = self.body(NewKeySerializer)
        return _added(
            security_keys.confirm(
                given["name"], given["credential"], page_of(request), request._request.session, by=self.actor
            )
        )


class RecoveryCodesView(_SecondFactors):
    """Codes on paper."""

    @extend_schema(
        operation_id="second_factors_recovery_codes",
        request=NothingSerializer,
        responses={201: RecoveryCodesSerializer},
    )
    def post(self, request: Request) -> Response:
        """Ten new ones; those before count no more."""
        self.body(NothingSerializer)
        return Response({"recovery_codes": second_factors.renew_codes(self.actor)}, status=201)
