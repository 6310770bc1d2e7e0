"""The filters of the domains list."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from access.api.filters import BooleanFilter
from domains.models import STATES, DeletedDomain, Domain, Template
from hosts.api.present import STALE_AFTER
from hosts.models import ANSWERS


class DomainFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=STATES)
    host = django_filters.UUIDFilter(field_name="host_id")
    cluster = django_filters.UUIDFilter(field_name="host__cluster_id")
    name = django_filters.CharFilter()
    driver = django_filters.CharFilter(field_name="host__driver")
    stale = BooleanFilter(method="by_stale")

    class Meta:
        model = Domain
        fields: ClassVar[list[str]] = []

    def by_stale(self, domains: "QuerySet[Domain]", name: str, wanted: Any) -> "QuerySet[Domain]":
        fresh = Q(host__state__in=ANSWERS, host__seen_at__gte=timezone.now() - STALE_AFTER)
        return domains.exclude(fresh) if wanted else domains.filter(fresh)


class DeletedDomainFilter(django_filters.FilterSet):
    host = django_filters.UUIDFilter(field_name="host_id")
    name = django_filters.CharFilter()

    class Meta:
        model = DeletedDomain
        fields: ClassVar[list[str]] = []


class TemplateFilter(django_filters.FilterSet):
    host = django_filters.UUIDFilter(field_name="host_id")
    name = django_filters.CharFilter()

    class Meta:
        model = Template
        fields: ClassVar[list[str]] = []
