"""`PATCH /domains/{id}/`, and `…/hardware/`, `…/disks/`, `…/interfaces/`, `…/devices/`: changing one domain."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import refuse_unknown
from access.api.views import ObjectViewSet
from access.errors import Conflict, NotThere
from domains.api.hardware_shapes import (
    ChangedDiskSerializer,
    DevicesSerializer,
    DisksSerializer,
    HardwareSerializer,
    InterfaceBodySerializer,
    InterfacesSerializer,
    NewDeviceSerializer,
    NewDiskDeviceSerializer,
    SettingsBodySerializer,
    body_of,
)
from domains.api.shapes import DomainSerializer
from domains.editing import drafts, services
from domains.editing.view import devices_of, hardware_of
from domains.models import Definition, Domain
from domains.quotas import transfer
from hypervisor.errors import InvalidXML
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan

_PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
_ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}
_CHANGED = {
    202: ACCEPTED,
    200: OpenApiResponse(
        PolymorphicProxySerializer(
            "PlanOrDomain", serializers=[PlanSerializer, DomainSerializer], resource_type_field_name=None
        ),
        description="Nothing of it concerned the node: it is done. With `plan=1`, the plan.",
    ),
}


class EditingDomains(ObjectViewSet):
    """The part of `/domains/` that changes them. What can hold at once does; the rest is kept for the next boot."""

    def _change(self, pk: UUID, make: services.Make) -> Response:
        if wants_plan(self.request):
            return Response(services.plan(pk, make, by=self.actor))
        job = services.request(pk, make, by=self.actor, version=self.expected_version())
        return self.reply(pk) if job is None else accepted(job)

    def _hardware(self, request: Request, pk: UUID) -> tuple[dict[str, Any], Domain]:
        refuse_unknown(request, frozenset())
        domain = self.get_queryset().filter(pk=pk).first()
        if domain is None:
            raise NotThere
        definition = Definition.objects.filter(pk=pk).first()
        if definition is None or not (definition.live or definition.inactive):
            raise Conflict(f"The definition of {domain.name} has not been read yet. Try again in a moment.")
        try:
            return hardware_of(domain, definition, self.actor), domain
        except InvalidXML as wrong:
            raise Conflict(f"The definition of {domain.name} cannot be read: {wrong.detail}") from None

    def _shown(self, content: Mapping[str, Any], domain: Domain) -> Response:
        return Response(content, headers={"ETag": f'"{domain.version}"'})

    @extend_schema(
        request=SettingsBodySerializer,
        responses=_CHANGED,
        parameters=[_PLAN],
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change its settings: a job, or at once where only tags and protection change."""
        body = self.body(SettingsBodySerializer)
        if "owner" not in body:
            return self._change(pk, lambda domain, hardware: drafts.of_settings(body))
        return self._give(pk, body.pop("owner"), body)

    def _give(self, pk: UUID, owner: UUID | None, rest: Mapping[str, Any]) -> Response:
        """Another owner, and beside that what else is to change."""
        if wants_plan(self.request):
            plan = transfer.plan(pk, owner, by=self.actor)
            if rest:
                other = services.plan(pk, lambda domain, hardware: drafts.of_settings(rest), by=self.actor)
                plan = {
                    **other,
                    "allowed": other["allowed"] and plan["allowed"],
                    **{name: [*other[name], *plan[name]] for name in ("checks", "changes")},
                }
            return Response(plan)
        with transaction.atomic():
            version = self.expected_version()
            transfer.give(pk, owner, by=self.actor, version=version)
            if not rest:
                return self.reply(pk)
            job = services.request(pk, lambda domain, hardware: drafts.of_settings(rest), by=self.actor)
        return self.reply(pk) if job is None else accepted(job)

    @extend_schema(responses=HardwareSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def hardware(self, request: Request, pk: UUID) -> Response:
        """Its settings and devices: what the next boot brings, what runs, and where they differ."""
        return self._shown(*self._hardware(request, pk))

    @extend_schema(responses=DisksSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def disks(self, request: Request, pk: UUID) -> Response:
        """Its disks and drives."""
        shown, domain = self._hardware(request, pk)
        return self._shown({"disks": devices_of(shown, "disk")}, domain)

    @extend_schema(request=NewDiskDeviceSerializer, responses=_ANSWERS, parameters=[_PLAN])
    @disks.mapping.post
    def add_disk(self, request: Request, pk: UUID) -> Response:
        """Add a disk or a drive: a volume there is, or one made for it."""
        body = self.body(NewDiskDeviceSerializer)
        return self._add_device(pk, "disk", body)

    @extend_schema(request=ChangedDiskSerializer, responses=_CHANGED, parameters=[_PLAN])
    @action(detail=True, methods=["patch"], url_path="disks/<str:target>", url_name="disk")
    def change_disk(self, request: Request, pk: UUID, target: str) -> Response:
        """Change a disk: its media, limits, size, bus …"""
        return self._change_device(pk, f"disk:{target}", self.body(ChangedDiskSerializer))

    @extend_schema(responses=_ANSWERS, parameters=[_PLAN])
    @change_disk.mapping.delete
    def remove_disk(self, request: Request, pk: UUID, target: str) -> Response:
        """Take a disk out. Its volume stays."""
        return self._remove_device(pk, f"disk:{target}")

    @extend_schema(responses=InterfacesSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def interfaces(self, request: Request, pk: UUID) -> Response:
        """Its network cards."""
        shown, domain = self._hardware(request, pk)
        return self._shown({"interfaces": devices_of(shown, "interface")}, domain)

    @extend_schema(request=InterfaceBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    @interfaces.mapping.post
    def add_interface(self, request: Request, pk: UUID) -> Response:
        """Add a network card."""
        body = self.body(InterfaceBodySerializer)
        return self._add_device(pk, "interface", body)

    @extend_schema(request=InterfaceBodySerializer, responses=_CHANGED, parameters=[_PLAN])
    @action(detail=True, methods=["patch"], url_path="interfaces/<str:mac>", url_name="interface")
    def change_interface(self, request: Request, pk: UUID, mac: str) -> Response:
        """Change a network card: its network, link, rates, VLAN, filter …"""
        return self._change_device(pk, f"interface:{mac.lower()}", self.body(InterfaceBodySerializer))

    @extend_schema(responses=_ANSWERS, parameters=[_PLAN])
    @change_interface.mapping.delete
    def remove_interface(self, request: Request, pk: UUID, mac: str) -> Response:
        """Take a network card out."""
        return self._remove_device(pk, f"interface:{mac.lower()}")

    @extend_schema(responses=DevicesSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def devices(self, request: Request, pk: UUID) -> Response:
        """All of its devices, disks and network cards too."""
        shown, domain = self._hardware(request, pk)
        return self._shown({"devices": shown["devices"]}, domain)

    @extend_schema(request=NewDeviceSerializer, responses=_ANSWERS, parameters=[_PLAN])
    @devices.mapping.post
    def add_device(self, request: Request, pk: UUID) -> Response:
        """Add a device of any kind."""
        data = request.data if isinstance(request.data, Mapping) else {}
        kind = data.get("kind")
        body = self._body_of(kind, {name: value for name, value in data.items() if name != "kind"})
        return self._add_device(pk, str(kind), body)

    @extend_schema(request=OpenApiTypes.OBJECT, responses=_CHANGED, parameters=[_PLAN])
    @action(detail=True, methods=["patch"], url_path="devices/<str:key>", url_name="device")
    def change_device(self, request: Request, pk: UUID, key: str) -> Response:
        """Change a device of any kind: what `GET …/hardware/` shows of it."""
        kind = key.partition(":")[0]
        return self._change_device(pk, key, self._body_of(kind, request.data))

    @extend_schema(responses=_ANSWERS, parameters=[_PLAN])
    @change_device.mapping.delete
    def remove_device(self, request: Request, pk: UUID, key: str) -> Response:
        """Take a device out."""
        return self._remove_device(pk, key)

    def _add_device(self, pk: UUID, kind: str, body: dict[str, Any]) -> Response:
        return self._change(
            pk, lambda domain, hardware: drafts.of_new_device(kind, domain, hardware, body, self.actor)
        )

    def _change_device(self, pk: UUID, key: str, body: dict[str, Any]) -> Response:
        return self._change(
            pk, lambda domain, hardware: drafts.of_changed_device(domain, hardware, key, body, self.actor)
        )

    def _remove_device(self, pk: UUID, key: str) -> Response:
        return self._change(pk, lambda domain, hardware: drafts.of_removed_device(hardware, key))

    def _body_of(self, kind: Any, data: Any) -> dict[str, Any]:
        shape = body_of(kind) if isinstance(kind, str) else None
        if shape is None:
            raise ValidationError({"kind": ["There are no devices of that kind."]})
        reader = shape(data=data, partial=True)
        reader.is_valid(raise_exception=True)
        validated: dict[str, Any] = reader.validated_data
        return validated
