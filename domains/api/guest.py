"""`/domains/{id}/guest/`, `send-keys/` and `type/`: the inside of a running domain."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from access import secrets
from access.api.serializers import NothingSerializer, StrictSerializer
from access.api.views import Endpoint
from access.errors import NotThere
from domains.guest import services
from domains.guest.known import known
from domains.models import Domain
from hosts import looking
from hypervisor import keys
from hypervisor.states import DomainAction
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan

_PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
_ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}


class GuestAddressSerializer(serializers.Serializer[Any]):
    """An address, and who says so."""

    address = serializers.CharField()
    prefix = serializers.IntegerField(allow_null=True)
    mac = serializers.CharField(allow_blank=True)
    interface = serializers.CharField(allow_blank=True)
    source = serializers.ChoiceField(choices=[(word, word) for word in ("agent", "lease", "arp")])  # type: ignore[assignment]


class GuestSystemSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    pretty_name = serializers.CharField(allow_blank=True)
    version = serializers.CharField(allow_blank=True)
    kernel = serializers.CharField(allow_blank=True)
    machine = serializers.CharField(allow_blank=True)


class GuestFileSystemSerializer(serializers.Serializer[Any]):
    mountpoint = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    type = serializers.CharField(allow_blank=True)
    total_bytes = serializers.IntegerField(allow_null=True)
    used_bytes = serializers.IntegerField(allow_null=True)
    disks = serializers.ListField(child=serializers.CharField())


class GuestUserSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    domain = serializers.CharField(allow_blank=True)
    logged_in_at = serializers.DateTimeField(allow_null=True)


class GuestSerializer(serializers.Serializer[Any]):
    """The inside of a running domain, as it was last read (`read_at`); empty while nothing was."""

    read_at = serializers.DateTimeField(allow_null=True)
    agent = serializers.ChoiceField(
        choices=[(word, word) for word in ("connected", "disconnected", "unresponsive", "none")],
        allow_null=True,
    )
    hostname = serializers.CharField(allow_blank=True)
    system = GuestSystemSerializer(allow_null=True)
    timezone = serializers.CharField(allow_blank=True)
    timezone_offset_seconds = serializers.IntegerField(allow_null=True)
    clock_ahead_seconds = serializers.FloatField(allow_null=True, help_text="The guest's clock before ours.")
    addresses = GuestAddressSerializer(many=True)
    file_systems = GuestFileSystemSerializer(many=True)
    users = GuestUserSerializer(many=True)


class PasswordBodySerializer(StrictSerializer):
    user = serializers.CharField(max_length=64)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class SetTimeBodySerializer(StrictSerializer):
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[("now", "now"), ("hardware", "hardware")],
        required=False,
        default="now",
        help_text="Our clock's time, or that of the guest's own hardware clock.",
    )


class KeysBodySerializer(StrictSerializer):
    keys = serializers.ListField(
        child=serializers.CharField(max_length=32),
        min_length=1,
        max_length=keys.MOST_AT_ONCE,
        help_text="Pressed together, such as `ctrl`, `alt`, `delete`.",
    )


class TypeBodySerializer(StrictSerializer):
    text = serializers.CharField(
        max_length=services.MOST_CHARACTERS,
        trim_whitespace=False,
        help_text="Typed on a US keyboard, a line's end as Enter.",
    )


class GuestViewSet(Endpoint, ViewSet):
    """What is known of the inside, and what its agent and its keyboard are asked for."""

    kind = "domain"
    extra_parameters = ("plan",)

    @extend_schema(responses=GuestSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """What was last read there, by the agent or from outside. The host is asked to read it anew."""
        domains = Domain.objects.filter(gone_at=None).permitted(self.actor, "domain.read")
        domain = domains.filter(pk=pk).first()
        if domain is None:
            raise NotThere
        if domain.active:
            looking.nudge(domain.host_id, "guest", pk)
        return Response(_shown(known(pk) if domain.active else None))

    @extend_schema(request=PasswordBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    def password(self, request: Request, pk: UUID) -> Response:
        """Set a user's password in the guest, through its agent."""
        body = self.body(PasswordBodySerializer)
        if wants_plan(request):
            return self._planned(pk)
        sealed = secrets.seal(body["password"])
        return accepted(services.request("password", pk, by=self.actor, sealed=sealed, user=body["user"]))

    @extend_schema(request=NothingSerializer, responses=_ANSWERS, parameters=[_PLAN])
    def freeze(self, request: Request, pk: UUID) -> Response:
        """Let its file systems stand still, until they are thawed."""
        return self._ask("freeze", pk, self.body(NothingSerializer))

    @extend_schema(request=NothingSerializer, responses=_ANSWERS, parameters=[_PLAN])
    def thaw(self, request: Request, pk: UUID) -> Response:
        """Let its file systems go on."""
        return self._ask("thaw", pk, self.body(NothingSerializer))

    @extend_schema(request=SetTimeBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    def set_time(self, request: Request, pk: UUID) -> Response:
        """Set the guest's clock."""
        return self._ask("set-time", pk, self.body(SetTimeBodySerializer))

    @extend_schema(request=KeysBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    def send_keys(self, request: Request, pk: UUID) -> Response:
        """Press keys together, as on its keyboard."""
        body = self.body(KeysBodySerializer)
        if wants_plan(request):
            return Response(services.plan(DomainAction.CONSOLE, pk, by=self.actor, agent=False))
        return accepted(services.send_keys(pk, body["keys"], by=self.actor))

    @extend_schema(request=TypeBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    def type(self, request: Request, pk: UUID) -> Response:
        """Type text, key by key."""
        body = self.body(TypeBodySerializer)
        if wants_plan(request):
            return Response(services.plan(DomainAction.CONSOLE, pk, by=self.actor, agent=False))
        return accepted(services.type_text(pk, body["text"], by=self.actor))

    def _ask(self, verb: str, pk: UUID, options: dict[str, Any]) -> Response:
        if wants_plan(self.request):
            return self._planned(pk)
        return accepted(services.request(verb, pk, by=self.actor, **options))

    def _planned(self, pk: UUID) -> Response:
        return Response(services.plan(DomainAction.GUEST, pk, by=self.actor, agent=True))


def _shown(told: dict[str, Any] | None) -> dict[str, Any]:
    found = told or {}
    return {
        "read_at": datetime.fromtimestamp(found["at"], UTC) if found else None,
        "agent": found.get("agent"),
        "hostname": found.get("hostname", ""),
        "system": found.get("system"),
        "timezone": found.get("timezone", ""),
        "timezone_offset_seconds": found.get("timezone_offset_seconds"),
        "clock_ahead_seconds": found.get("clock_ahead_seconds"),
        "addresses": found.get("addresses", []),
        "file_systems": found.get("file_systems", []),
        "users": [{**user, "logged_in_at": _moment(user["logged_in_at"])} for user in found.get("users", [])],
    }


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
