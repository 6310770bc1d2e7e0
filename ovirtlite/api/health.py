"""Whether this process lives, whether the installation is ready, and how it does in numbers."""

from collections.abc import Iterator
from datetime import timedelta

import prometheus_client
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client.core import REGISTRY, GaugeMetricFamily
from prometheus_client.registry import Collector
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from access.actor import Actor
from access.addresses import is_loopback
from access.api.authentication import BearerAuthentication
from hosts.models import Host
from jobs.models import OPEN, Job, Process
from ovirtlite.api.middleware import came_through_a_proxy
from ovirtlite.api.problems import problem

ALIVE_FOR = timedelta(seconds=15)
_REDIS_TIMEOUT_SECONDS = 2
_NEEDED_ROLES = ("worker", "nodewatch")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


def _missing() -> Iterator[tuple[str, str]]:
    """What is not there, and why it seems so."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        since = timezone.now() - ALIVE_FOR
        alive = set(Process.objects.filter(seen_at__gt=since).values_list("role", flat=True))
    except DatabaseError as error:
        yield "database", str(error).strip()
    else:
        for role in _NEEDED_ROLES:
            if role not in alive:
                yield role, f"No {role} process was seen in the last {ALIVE_FOR.total_seconds():.0f} seconds."
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
            socket_timeout=_REDIS_TIMEOUT_SECONDS,
        ) as server:
            server.ping()
    except redis.RedisError as error:
        yield "redis", str(error)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, Redis, a worker and a nodewatch are there; else 503 names what is missing."""
    missing = dict(_missing())
    if missing:
        answer = problem(
            503,
            "not_ready",
            f"Missing: {', '.join(missing)}.",
            title="Not ready",
            members={"missing": list(missing), "reasons": missing},
        )
        # Django's own mark: it is asked for again and again during a start, and each time would be an error in the log.
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer
    return JsonResponse({"status": "ready"})


class _Inventory(Collector):
    """Gauges that are counted when somebody asks."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: registering must not touch the database."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        hosts = GaugeMetricFamily("ovirtlite_hosts", "Hosts by state.", labels=["state"])
        for state, number in Host.objects.order_by().values_list("state").annotate(Count("pk")):
            hosts.add_metric([state], number)
        yield hosts
        jobs = GaugeMetricFamily(
            "ovirtlite_open_jobs", "Jobs that have not ended, by state.", labels=["state"]
        )
        for state, number in (
            Job.objects.filter(state__in=OPEN).order_by().values_list("state").annotate(Count("pk"))
        ):
            jobs.add_metric([state], number)
        yield jobs
        seen = GaugeMetricFamily("ovirtlite_processes", "Processes seen alive, by role.", labels=["role"])
        since = timezone.now() - ALIVE_FOR
        alive = Process.objects.filter(seen_at__gt=since).order_by().values_list("role").annotate(Count("pk"))
        for role, number in alive:
            seen.add_metric([role], number)
        yield seen


REGISTRY.register(_Inventory())


def _may_read_metrics(request: HttpRequest) -> bool:
    """From this machine itself, not through a proxy on it; else with a token that has metrics.read."""
    if is_loopback(request.META.get("REMOTE_ADDR") or "") and not came_through_a_proxy(request):
        return True
    try:
        signed_in = BearerAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return False
    if signed_in is None:
        return False
    user, token = signed_in
    return Actor(user=user, token=token).scope("metrics.read").everywhere


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format: this process's requests, and the inventory in numbers."""
    if not _may_read_metrics(request):
        return problem(
            401,
            "not_authenticated",
            "This needs a token with the permission metrics.read.",
            headers={"WWW-Authenticate": 'Bearer realm="ovirtlite"'},
        )
    return HttpResponse(
        prometheus_client.generate_latest(REGISTRY), content_type=prometheus_client.CONTENT_TYPE_LATEST
    )
