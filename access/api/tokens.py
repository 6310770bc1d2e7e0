"""/tokens/."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.shapes import NewTokenSerializer, TokenChangeSerializer, TokenSerializer, TokenWriteSerializer
from access.api.views import ObjectViewSet, Row
from access.models import Token
from access.services import tokens


class TokenFilter(django_filters.FilterSet):  # type: ignore[misc]
    name = django_filters.CharFilter()
    user = django_filters.UUIDFilter(field_name="user_id")


class TokenViewSet(ObjectViewSet):
    """Keys for programs: one's own, and everybody's for who manages users."""

    kind = "token"
    model = Token
    serializer_class = TokenSerializer
    columns = (
        "id",
        "name",
        "user_id",
        "user__username",
        "permissions",
        "expires_at",
        "last_used_at",
        "created_at",
        "updated_at",
        "version",
    )
    filterset_class = TokenFilter
    search_fields = ("name", "user__username")
    ordering_fields = {
        "name": "name",
        "created_at": "created_at",
        "expires_at": "expires_at",
        "last_used_at": "last_used_at",
    }
    ordering = "-created_at"

    def reading(self) -> str | None:
        return None  # everybody has tokens of their own

    def get_queryset(self) -> QuerySet[Any]:
        return tokens.seen_by(self.actor)

    def present(self, row: Row, context: None) -> dict[str, Any]:
        return {
            "id": row["id"],
            "name": row["name"],
            "user": {"id": row["user_id"], "name": row["user__username"]},
            "permissions": row["permissions"],
            "expires_at": row["expires_at"],
            "last_used_at": row["last_used_at"],
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "version": row["version"],
            "actions": ["edit", "delete"] if row["user_id"] == self.actor.id else ["delete"],
        }

    @extend_schema(request=TokenWriteSerializer, responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        token, text = tokens.create(**self.body(TokenWriteSerializer), by=self.actor)
        response = self.reply(token.pk, status=201)
        response.data["token"] = text
        return response

    @extend_schema(request=TokenChangeSerializer, responses=TokenSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = self.body(TokenChangeSerializer)
        return self.reply(tokens.change(pk, changes, expected=self.expected_version(), by=self.actor).pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        tokens.delete(pk, expected=self.expected_version(), by=self.actor)
        return Response(status=204)
