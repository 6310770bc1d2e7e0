"""The ways in that the sign-in page offers, told to who is not signed in yet."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.views import Endpoint
from access.identities import providers


class ProviderSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField(help_text="What the button says.")
    url = serializers.CharField(
        help_text="Where the browser goes; `?next=/path` names where to come out. What fails comes back to "
        "/?sign_in_error=CODE: name_taken, not_allowed, closed, too_many, failed."
    )


class SignInMethodsSerializer(serializers.Serializer[Any]):
    password = serializers.BooleanField()
    providers = ProviderSerializer(many=True)


class SignInMethodsView(Endpoint):
    """How one can sign in here. Needs no sign-in."""

    kind = "auth"
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="sign_in_methods", responses=SignInMethodsSerializer, auth=[])
    def get(self, request: Request) -> Response:
        return Response({"password": True, "providers": providers.offered()})
