"""/users/ and /groups/."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django_filters
from django.contrib.auth.hashers import is_password_usable
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import BooleanFilter
from access.api.serializers import NothingSerializer
from access.api.shapes import GroupSerializer, GroupWriteSerializer, UserSerializer, UserWriteSerializer
from access.api.sign_in_shapes import EndedSerializer, SessionSerializer
from access.api.views import ObjectViewSet, Row
from access.models import Group, User
from access.services import groups, lock_out, second_factors, sessions, users

Members = dict[UUID, list[dict[str, Any]]]


@dataclass(frozen=True)
class About:
    """What a page of users needs beside its rows."""

    groups: Members
    with_second_factor: frozenset[UUID]
    locked: frozenset[str]


class UserFilter(django_filters.FilterSet):  # type: ignore[misc]
    username = django_filters.CharFilter(lookup_expr="iexact")
    active = BooleanFilter(field_name="is_active")
    group = django_filters.UUIDFilter(field_name="groups__id")


class UserViewSet(ObjectViewSet):
    """People who sign in."""

    kind = "user"
    model = User
    read_permission = "user.manage"
    serializer_class = UserSerializer
    columns = (
        "id",
        "username",
        "display_name",
        "is_active",
        "source",
        "must_change_password",
        "password",
        "last_login",
        "created_at",
        "updated_at",
        "version",
    )
    filterset_class = UserFilter
    search_fields = ("username", "display_name")
    ordering_fields = {"username": "username", "name": "display_name", "created_at": "created_at"}
    ordering = "username"

    def context(self, rows: Sequence[Row]) -> About:
        of_user: Members = defaultdict(list)
        pairs = User.groups.through.objects.filter(user_id__in=[row["id"] for row in rows]).order_by(
            "group__name"
        )
        for user, group, name in pairs.values_list("user_id", "group_id", "group__name"):
            of_user[user].append({"id": group, "name": name})
        return About(
            of_user,
            second_factors.users_with_one(row["id"] for row in rows),
            lock_out.locked(row["username"] for row in rows),
        )

    def present(self, row: Row, context: About) -> dict[str, Any]:
        return {
            "id": row["id"],
            "username": row["username"],
            "name": row["display_name"],
            "active": row["is_active"],
            "source": row["source"],
            "has_password": is_password_usable(row["password"]),
            "must_change_password": row["must_change_password"],
            "second_factor": row["id"] in context.with_second_factor,
            "locked": row["username"] in context.locked,
            "groups": context.groups.get(row["id"], []),
            "last_login_at": row["last_login"],
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "version": row["version"],
            "actions": ["edit"] if row["id"] == self.actor.id else ["edit", "delete"],
        }

    @extend_schema(request=UserWriteSerializer, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        return self.reply(users.create(**self.body(UserWriteSerializer), by=self.actor).pk, status=201)

    @extend_schema(request=UserWriteSerializer, responses=UserSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = self.body(UserWriteSerializer)
        return self.reply(users.change(pk, changes, expected=self.expected_version(), by=self.actor).pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        users.delete(pk, expected=self.expected_version(), by=self.actor)
        return Response(status=204)

    @extend_schema(
        request=None,
        responses=SessionSerializer(many=True),
        filters=False,
        description="The sessions of this user's browsers.",
    )
    @action(detail=True, pagination_class=None, filter_backends=())
    def sessions(self, request: Request, pk: UUID) -> Response:
        return Response(sessions.list_of(pk, by=self.actor))

    @extend_schema(request=NothingSerializer, responses=EndedSerializer)
    @action(detail=True, methods=["post"], url_path="end-sessions")
    def end_sessions(self, request: Request, pk: UUID) -> Response:
        """End all sessions of this user, and what hangs on them: notices, consoles, uploads."""
        self.body(NothingSerializer)
        return Response({"ended": sessions.end_of(pk, by=self.actor)})

    @extend_schema(request=NothingSerializer, responses=UserSerializer)
    @action(detail=True, methods=["post"], url_path="reset-second-factor")
    def reset_second_factor(self, request: Request, pk: UUID) -> Response:
        """Take all second factors of a user who has lost them. Their sessions end."""
        self.body(NothingSerializer)
        second_factors.reset(pk, by=self.actor)
        return self.reply(pk)

    @extend_schema(request=NothingSerializer, responses=UserSerializer)
    @action(detail=True, methods=["post"])
    def unlock(self, request: Request, pk: UUID) -> Response:
        """Let a user sign in again at once who failed too often."""
        self.body(NothingSerializer)
        users.unlock(pk, by=self.actor)
        return self.reply(pk)


class GroupFilter(django_filters.FilterSet):  # type: ignore[misc]
    name = django_filters.CharFilter()
    user = django_filters.UUIDFilter(field_name="users__id")


class GroupViewSet(ObjectViewSet):
    """People who get the same grants."""

    kind = "group"
    model = Group
    read_permission = "user.manage"
    serializer_class = GroupSerializer
    columns = ("id", "name", "description", "created_at", "updated_at", "version")
    filterset_class = GroupFilter
    search_fields = ("name", "description")
    ordering_fields = {"name": "name", "created_at": "created_at"}
    ordering = "name"

    def context(self, rows: Sequence[Row]) -> Members:
        of_group: Members = defaultdict(list)
        pairs = User.groups.through.objects.filter(group_id__in=[row["id"] for row in rows]).order_by(
            "user__username"
        )
        for group, user, name in pairs.values_list("group_id", "user_id", "user__username"):
            of_group[group].append({"id": user, "name": name})
        return of_group

    def present(self, row: Row, context: Members) -> dict[str, Any]:
        return {**row, "users": context.get(row["id"], []), "actions": ["edit", "delete"]}

    @extend_schema(request=GroupWriteSerializer, responses={201: GroupSerializer})
    def create(self, request: Request) -> Response:
        return self.reply(groups.create(**self.body(GroupWriteSerializer), by=self.actor).pk, status=201)

    @extend_schema(request=GroupWriteSerializer, responses=GroupSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = self.body(GroupWriteSerializer)
        return self.reply(groups.change(pk, changes, expected=self.expected_version(), by=self.actor).pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        groups.delete(pk, expected=self.expected_version(), by=self.actor)
        return Response(status=204)
