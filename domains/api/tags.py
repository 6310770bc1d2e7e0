"""/tags/: the words that domains bear, as objects that grants stand on."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from rest_framework import serializers

from access.api.views import ObjectViewSet, Row
from domains.models import Domain, Label, Tag


class TagSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    domains = serializers.IntegerField(help_text="How many bear it, of those that the reader may see.")
    created_at = serializers.DateTimeField()


class TagFilter(django_filters.FilterSet):  # type: ignore[misc]
    name = django_filters.CharFilter()


class TagViewSet(ObjectViewSet):
    """Tags, listed and read; they come and go with the domains that bear them."""

    kind = "tag"
    model = Label
    serializer_class = TagSerializer
    columns = ("id", "name", "created_at")
    filterset_class = TagFilter
    search_fields = ("name",)
    ordering_fields = {"name": "name", "created_at": "created_at"}
    ordering = "name"
    read_permission = "domain.read"

    def get_queryset(self) -> QuerySet[Any]:
        """Those on domains that the reader may see; all of them for who gives rights by them."""
        if self.actor.scope("grant.manage").everywhere:
            return Label.objects.all()
        return Label.objects.filter(name__in=self._seen().values("name"))

    def context(self, rows: Sequence[Row]) -> dict[str, int]:
        borne = self._seen().filter(name__in=[row["name"] for row in rows]).order_by().values_list("name")
        return dict(borne.annotate(Count("pk")))

    def present(self, row: Row, context: dict[str, int]) -> dict[str, Any]:
        return {**row, "domains": context.get(row["name"], 0)}

    def _seen(self) -> QuerySet[Tag]:
        domains = Domain.objects.filter(gone_at=None).permitted(self.actor, "domain.read")
        return Tag.objects.filter(domain__in=domains)
