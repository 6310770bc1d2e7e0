"""The filters of the domains list."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from access.actor import actor_of
from access.api.filters import BooleanFilter
from domains.models import STATES, Backup, DeletedDomain, Domain, Quota, Schedule, Tag, Template
from domains.schedules.services import of_domain
from hosts.api.present import STALE_AFTER
from hosts.models import ANSWERS


class DomainFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=STATES)
    host = django_filters.UUIDFilter(field_name="host_id")
    cluster = django_filters.UUIDFilter(field_name="host__cluster_id")
    owner = django_filters.UUIDFilter(field_name="owner_id")
    name = django_filters.CharFilter()
    driver = django_filters.CharFilter(field_name="host__driver")
    stale = BooleanFilter(method="by_stale")
    tag = django_filters.CharFilter(method="by_tag", help_text="A tag; given several times, all of them.")
    protected = BooleanFilter()
    pending = BooleanFilter(field_name="has_pending")

    class Meta:
        model = Domain
        fields: ClassVar[list[str]] = []

    def by_stale(self, domains: "QuerySet[Domain]", name: str, wanted: Any) -> "QuerySet[Domain]":
        fresh = Q(host__state__in=ANSWERS, host__seen_at__gte=timezone.now() - STALE_AFTER)
        return domains.exclude(fresh) if wanted else domains.filter(fresh)

    def by_tag(self, domains: "QuerySet[Domain]", name: str, wanted: Any) -> "QuerySet[Domain]":
        given = self.data.getlist(name) if isinstance(self.data, QueryDict) else [wanted]
        for tag in given:
            domains = domains.filter(pk__in=Tag.objects.filter(name=tag).values("domain_id"))
        return domains


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


class BackupFilter(django_filters.FilterSet):
    domain = django_filters.UUIDFilter(field_name="domain_id")
    host = django_filters.UUIDFilter(field_name="host_id")
    pool = django_filters.UUIDFilter(field_name="pool_id")
    schedule = django_filters.UUIDFilter(field_name="schedule_id")
    state = django_filters.MultipleChoiceFilter(choices=Backup.State.choices)

    class Meta:
        model = Backup
        fields: ClassVar[list[str]] = []


class QuotaFilter(django_filters.FilterSet):
    user = django_filters.UUIDFilter(field_name="user_id")
    group = django_filters.UUIDFilter(field_name="group_id")
    cluster = django_filters.UUIDFilter(field_name="cluster_id")

    class Meta:
        model = Quota
        fields: ClassVar[list[str]] = []


class ScheduleFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Schedule.Kind.choices)
    enabled = BooleanFilter()
    domain = django_filters.UUIDFilter(method="by_domain", help_text="Those that a domain is part of.")

    class Meta:
        model = Schedule
        fields: ClassVar[list[str]] = []

    def by_domain(self, schedules: "QuerySet[Schedule]", name: str, wanted: Any) -> "QuerySet[Schedule]":
        """Of a domain that the reader may not see nobody says what is done with it."""
        seen = Domain.objects.permitted(actor_of(self.request), "domain.read").filter(pk=wanted)
        return schedules.filter(of_domain(wanted)) if seen.exists() else schedules.none()
