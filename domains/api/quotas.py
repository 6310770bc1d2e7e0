"""`/quotas/`: limits of users, groups and clusters with what is used of them; and `/me/quotas/`, one's own."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import ReferenceSerializer, StrictSerializer
from access.api.shapes import ObjectSerializer
from access.api.views import Endpoint, ObjectViewSet, Row
from domains.api.filters import QuotaFilter
from domains.models import Quota
from domains.quotas import services
from domains.quotas.amounts import RESOURCES, Amounts
from domains.quotas.counting import used

_MOST = {"domains": 2**31 - 1, "vcpus": 2**31 - 1, "snapshots": 2**31 - 1}
_MOST_BYTES = 2**63 - 1


def _limit(name: str, text: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=_MOST.get(name, _MOST_BYTES), help_text=text
    )


class LimitsBodySerializer(StrictSerializer):
    """Null, or not given: no limit."""

    domains = _limit("domains", "At most so many domains.")
    vcpus = _limit("vcpus", "At most so many virtual processors, of running domains and others.")
    memory_bytes = _limit("memory_bytes", "What its domains may have at most, running or not.")
    storage_bytes = _limit(
        "storage_bytes",
        "The capacity of their disks, those in the recycle bin too, and of what stays behind.",
    )
    snapshots = _limit("snapshots", "At most so many snapshots.")


class QuotaBodySerializer(LimitsBodySerializer):
    user = serializers.UUIDField(required=False, allow_null=True)
    group = serializers.UUIDField(
        required=False, allow_null=True, help_text="All its members' domains count together."
    )
    cluster = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="Only what is there counts. Without user and group: all of it, whoever owns it.",
    )


class AmountsSerializer(serializers.Serializer[Any]):
    domains = serializers.IntegerField()
    vcpus = serializers.IntegerField()
    memory_bytes = serializers.IntegerField()
    storage_bytes = serializers.IntegerField()
    snapshots = serializers.IntegerField()


class LeftSerializer(serializers.Serializer[Any]):
    """Null: as much as one likes."""

    domains = serializers.IntegerField(allow_null=True)
    vcpus = serializers.IntegerField(allow_null=True)
    memory_bytes = serializers.IntegerField(allow_null=True)
    storage_bytes = serializers.IntegerField(allow_null=True)
    snapshots = serializers.IntegerField(allow_null=True)


class QuotaSerializer(ObjectSerializer):
    user = ReferenceSerializer(allow_null=True)
    group = ReferenceSerializer(allow_null=True)
    cluster = ReferenceSerializer(allow_null=True)
    domains = serializers.IntegerField(allow_null=True, help_text="Null: no limit.")
    vcpus = serializers.IntegerField(allow_null=True)
    memory_bytes = serializers.IntegerField(allow_null=True)
    storage_bytes = serializers.IntegerField(allow_null=True)
    snapshots = serializers.IntegerField(allow_null=True)
    use = AmountsSerializer(help_text="What there is, and what open jobs will make.")
    exceeded = serializers.BooleanField(
        help_text="More is used than allowed, since a limit was lowered; only what would take more is refused."
    )


class OwnQuotaSerializer(serializers.Serializer[Any]):
    """One's own quota, or that of a group that one is in."""

    id = serializers.UUIDField()
    group = ReferenceSerializer(allow_null=True)
    cluster = ReferenceSerializer(allow_null=True)
    domains = serializers.IntegerField(allow_null=True, help_text="Null: no limit.")
    vcpus = serializers.IntegerField(allow_null=True)
    memory_bytes = serializers.IntegerField(allow_null=True)
    storage_bytes = serializers.IntegerField(allow_null=True)
    snapshots = serializers.IntegerField(allow_null=True)
    use = AmountsSerializer()
    left = LeftSerializer()
    exceeded = serializers.BooleanField()


class QuotaViewSet(ObjectViewSet):
    """How much users, groups and clusters may have, and have."""

    kind = "quota"
    model = Quota
    read_permission = "quota.manage"
    columns = (
        "id", "user_id", "user__username", "group_id", "group__name", "cluster_id", "cluster__name", *RESOURCES,
        "created_at", "updated_at", "version",
    )  # fmt: skip
    serializer_class = QuotaSerializer
    filterset_class = QuotaFilter
    search_fields = ("user__username", "group__name", "cluster__name")
    ordering_fields: ClassVar[dict[str, str]] = {
        "created_at": "created_at", "user": "user__username", "group": "group__name", "cluster": "cluster__name",
    }  # fmt: skip
    ordering = "created_at"

    def context(self, rows: Sequence[Row]) -> dict[UUID, Amounts]:
        quotas = [
            Quota(**{name: row[name] for name in ("id", "user_id", "group_id", "cluster_id")}) for row in rows
        ]
        return {pk: use.total for pk, use in used(quotas).items()}

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        use: Amounts = context[row["id"]]
        return {
            "id": row["id"],
            "user": _reference(row, "user", "username"),
            "group": _reference(row, "group", "name"),
            "cluster": _reference(row, "cluster", "name"),
            **{name: row[name] for name in RESOURCES},
            "use": use.plain(),
            "exceeded": _exceeded(row, use),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "version": row["version"],
            "actions": ["edit", "delete"],
        }

    @extend_schema(request=QuotaBodySerializer, responses={201: QuotaSerializer})
    def create(self, request: Request) -> Response:
        """Set a quota of a user or a group, everywhere or in a cluster; or of a whole cluster."""
        return self.reply(services.create(**self.body(QuotaBodySerializer), by=self.actor).pk, status=201)

    @extend_schema(request=LimitsBodySerializer, responses=QuotaSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change its limits. What is there already stays, though it be more."""
        limits = self.body(LimitsBodySerializer)
        return self.reply(services.change(pk, limits, expected=self.expected_version(), by=self.actor).pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete it: then there is no such limit."""
        services.delete(pk, expected=self.expected_version(), by=self.actor)
        return Response(status=204)


class OwnQuotasView(Endpoint):
    """What one may have, has, and has left."""

    kind = "quota"

    @extend_schema(responses=OwnQuotaSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Those of oneself and of one's groups. Without any, only what a cluster allows is a limit."""
        quotas = services.own(self.actor)
        uses = used(quotas)
        seen = self.actor.scope("cluster.read")
        return Response(
            [
                _own(quota, uses[quota.pk].total, seen.covers({"cluster": quota.cluster_id}))
                for quota in quotas
            ]
        )


def _own(quota: Quota, use: Amounts, sees_cluster: bool) -> dict[str, Any]:
    limits = {name: getattr(quota, name) for name in RESOURCES}
    return {
        "id": quota.pk,
        "group": {"id": quota.group.pk, "name": quota.group.name} if quota.group is not None else None,
        "cluster": {"id": quota.cluster.pk, "name": quota.cluster.name if sees_cluster else ""}
        if quota.cluster is not None
        else None,
        **limits,
        "use": use.plain(),
        "left": {
            name: None if limit is None else max(0, limit - getattr(use, name))
            for name, limit in limits.items()
        },
        "exceeded": _exceeded(limits, use),
    }


def _exceeded(limits: Mapping[str, Any], use: Amounts) -> bool:
    return any(limits[name] is not None and getattr(use, name) > limits[name] for name in RESOURCES)


def _reference(row: Row, column: str, name: str) -> dict[str, Any] | None:
    at = row[f"{column}_id"]
    return None if at is None else {"id": at, "name": row[f"{column}__{name}"]}
