"""/roles/ and /grants/."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import BooleanFilter, refuse_unknown
from access.api.shapes import (
    GrantChangeSerializer,
    GrantSerializer,
    GrantsOnSerializer,
    GrantWriteSerializer,
    RoleSerializer,
    RoleWriteSerializer,
)
from access.api.views import ObjectViewSet, Row
from access.models import Grant, Role
from access.objects import names_of
from access.permissions import GRANTABLE_KINDS
from access.services import grants, roles, sharing


class RoleFilter(django_filters.FilterSet):  # type: ignore[misc]
    name = django_filters.CharFilter()
    built_in = BooleanFilter()


class RoleViewSet(ObjectViewSet):
    """Named sets of permissions: the built-in ones and those that people make."""

    kind = "role"
    model = Role
    serializer_class = RoleSerializer
    columns = ("id", "name", "description", "permissions", "built_in", "created_at", "updated_at", "version")
    filterset_class = RoleFilter
    search_fields = ("name", "description")
    ordering_fields = {"name": "name", "created_at": "created_at"}
    ordering = "name"

    def reading(self) -> str | None:
        """Whoever gives roles must know what they are; who does not has no business with them."""
        return None if grants.shares_anything(self.actor) else "role.manage"

    def get_queryset(self) -> QuerySet[Any]:
        return Role.objects.all() if self.reading() is None else super().get_queryset()

    def present(self, row: Row, context: None) -> dict[str, Any]:
        editable = not row["built_in"] and self.actor.scope("role.manage").everywhere
        return {**row, "actions": ["edit", "delete"] if editable else []}

    @extend_schema(request=RoleWriteSerializer, responses={201: RoleSerializer})
    def create(self, request: Request) -> Response:
        return self.reply(roles.create(**self.body(RoleWriteSerializer), by=self.actor).pk, status=201)

    @extend_schema(request=RoleWriteSerializer, responses=RoleSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = self.body(RoleWriteSerializer)
        return self.reply(roles.change(pk, changes, expected=self.expected_version(), by=self.actor).pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        roles.delete(pk, expected=self.expected_version(), by=self.actor)
        return Response(status=204)


class GrantFilter(django_filters.FilterSet):  # type: ignore[misc]
    user = django_filters.UUIDFilter(field_name="user_id")
    group = django_filters.UUIDFilter(field_name="group_id")
    role = django_filters.UUIDFilter(field_name="role_id")
    object_kind = django_filters.ChoiceFilter(choices=[(kind, kind) for kind in GRANTABLE_KINDS])
    object = django_filters.UUIDFilter(field_name="object_id")


def _reference(row: Row, column: str, name: str) -> dict[str, Any] | None:
    at = row[f"{column}_id"]
    return None if at is None else {"id": at, "name": row[f"{column}__{name}"]}


def _named(request: Request) -> tuple[str, UUID]:
    """The object that the query names. Raises ValidationError by field."""
    kind, id = (request.query_params.get(name, "") for name in ("kind", "id"))
    wrong: dict[str, list[str]] = {}
    if kind not in GRANTABLE_KINDS:
        wrong["kind"] = [f"This must be one of {', '.join(GRANTABLE_KINDS)}."]
    try:
        at = UUID(id)
    except ValueError:
        wrong["id"] = ["This must be the id of an object."]
    if wrong:
        raise ValidationError(wrong)
    return kind, at


def _held(one: sharing.Held) -> dict[str, Any]:
    grant = one.grant
    to = (
        {"kind": "user", "id": grant.user.pk, "name": grant.user.username}
        if grant.user is not None
        else {"kind": "group", "id": grant.group_id, "name": str(grant.group)}
    )
    through = None if one.through is None else dict(zip(("kind", "id", "name"), one.through, strict=True))
    return {
        "id": grant.pk,
        "to": to,
        "role": {"id": grant.role_id, "name": grant.role.name},
        "through": through,
        "owner": one.owner,
        "actions": ["edit", "delete"] if one.may_take else [],
    }


class GrantViewSet(ObjectViewSet):
    """Who has which role, and where."""

    kind = "grant"
    model = Grant
    read_permission = "grant.manage"
    serializer_class = GrantSerializer
    columns = (
        "id",
        "user_id",
        "user__username",
        "group_id",
        "group__name",
        "role_id",
        "role__name",
        "object_kind",
        "object_id",
        "created_at",
        "updated_at",
        "version",
    )
    filterset_class = GrantFilter
    search_fields = ("user__username", "group__name", "role__name")
    ordering_fields = {"role": "role__name", "user": "user__username", "created_at": "created_at"}
    ordering = "created_at"

    def context(self, rows: Sequence[Row]) -> dict[tuple[str, UUID], str]:
        return names_of((row["object_kind"], row["object_id"]) for row in rows if row["object_id"])

    def present(self, row: Row, context: dict[tuple[str, UUID], str]) -> dict[str, Any]:
        kind, at = row["object_kind"], row["object_id"]
        return {
            "id": row["id"],
            "user": _reference(row, "user", "username"),
            "group": _reference(row, "group", "name"),
            "role": _reference(row, "role", "name"),
            # An object that is gone keeps its grant, without a name: it may come back under the same id.
            "object": {"kind": kind, "id": at, "name": context.get((kind, at), "")} if at else None,
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "version": row["version"],
            "actions": ["edit", "delete"],
        }

    @extend_schema(
        responses=GrantsOnSerializer,
        filters=False,
        parameters=[
            OpenApiParameter("kind", OpenApiTypes.STR, enum=GRANTABLE_KINDS, required=True),
            OpenApiParameter("id", OpenApiTypes.UUID, required=True),
        ],
    )
    @action(detail=False, pagination_class=None, filter_backends=())
    def on(self, request: Request) -> Response:
        """Who has what on one object: by grants on it, on its host, cluster or tags, and everywhere.

        For who manages grants, or may share that object.
        """
        refuse_unknown(request, ("kind", "id"))
        kind, id = _named(request)
        held = sharing.on(kind, id, by=self.actor)
        return Response({"results": [_held(one) for one in held], "may_share": True})

    @extend_schema(request=GrantWriteSerializer, responses={201: GrantSerializer})
    def create(self, request: Request) -> Response:
        return self.reply(grants.create(**self.body(GrantWriteSerializer), by=self.actor).pk, status=201)

    @extend_schema(request=GrantChangeSerializer, responses=GrantSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = self.body(GrantChangeSerializer)
        return self.reply(grants.change(pk, changes, expected=self.expected_version(), by=self.actor).pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        grants.delete(pk, expected=self.expected_version(), by=self.actor)
        return Response(status=204)
