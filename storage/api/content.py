"""The bytes themselves: `/uploads/{id}/content/` by the tus protocol, `/volumes/{id}/content/` for curl, fetching."""

import re
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from access.api.filters import refuse_unknown
from access.api.views import Endpoint
from access.errors import Invalid
from jobs.api.present import present_job
from jobs.api.shapes import JobSerializer, PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan
from storage.api.content_shapes import FetchBodySerializer
from storage.api.uploads import PLAN, wanted_of
from storage.content import downloads
from storage.content.replies import GivesContent, TakesContent
from storage.fetching import services as fetching
from storage.uploads import services
from storage.uploads.errors import LengthRequired, OtherProtocol
from storage.uploads.sending import Sending
from storage.uploads.services import Wanted

TUS = "1.0.0"
_TUS_TYPE = "application/offset+octet-stream"
_DIGITS = re.compile(r"\d{1,16}")
_PART = re.compile(r"bytes (\d{1,16})-(\d{1,16})/(\d{1,16})")
_RANGE = re.compile(r"bytes=(\d{0,16})-(\d{0,16})")
_BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


def _header(name: str, about: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=about, required=required
    )


class _Content(ViewSetMixin, Endpoint):
    """Views whose bodies are bytes: nothing here reads them."""

    def refuse_query(self, request: Request) -> None:
        refuse_unknown(request, frozenset())

    def number(self, name: str, *, required: bool) -> int | None:
        """A header that is a whole number. Raises Invalid."""
        given = self.request.headers.get(name, "").strip()
        if _DIGITS.fullmatch(given):
            return int(given)
        if given or required:
            raise Invalid(
                f"{name}: this must be a whole number.", errors={name: ["This must be a whole number."]}
            )
        return None


class UploadContentViewSet(_Content):
    """One upload's bytes, by the core of the tus protocol 1.0."""

    kind = "upload"

    @extend_schema(
        operation_id="uploads_content_offset",
        responses={
            200: OpenApiResponse(description="`Upload-Offset` and `Upload-Length` say how far it is.")
        },
        parameters=[_header("Tus-Resumable", TUS)],
    )
    def offset(self, request: Request, pk: UUID) -> HttpResponse:
        """How far it is: in `Upload-Offset`."""
        upload = services.find(pk, self.actor)
        return HttpResponse(
            headers={
                "Tus-Resumable": TUS,
                "Upload-Offset": str(upload.received_bytes),
                "Upload-Length": str(upload.size_bytes),
                "Cache-Control": "no-store",
            }
        )

    @extend_schema(
        operation_id="uploads_content_send",
        request={_TUS_TYPE: OpenApiTypes.BINARY},
        responses={204: OpenApiResponse(description="Taken; `Upload-Offset` says up to where.")},
        parameters=[
            _header("Tus-Resumable", TUS, required=True),
            _header("Upload-Offset", "From where on: as many as are there.", required=True),
        ],
    )
    def send(self, request: Request, pk: UUID) -> HttpResponse:
        """The next bytes. A request that is cut leaves what came of it; `HEAD` says from where to go on."""
        if request.META.get("HTTP_TUS_RESUMABLE") != TUS:
            raise OtherProtocol(TUS)
        if (request.content_type or "").partition(";")[0].strip() != _TUS_TYPE:
            raise UnsupportedMediaType(request.content_type or "", f"The body must be {_TUS_TYPE}.")
        offset = self.number("Upload-Offset", required=True)
        length = self.number("Content-Length", required=False)
        upload = services.find(pk, self.actor)
        word = services.begin(upload, offset or 0, length, by=self.actor)
        reply = TakesContent(Sending(upload, word, by=self.actor))
        reply["Tus-Resumable"] = TUS
        return reply


class VolumeContentViewSet(_Content):
    """A volume's bytes, as curl sends and takes them."""

    kind = "volume"

    @extend_schema(
        operation_id="volumes_content_read",
        responses={
            **_BYTES,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            416: OpenApiResponse(description="The volume has no such bytes."),
        },
        parameters=[_header("Range", "One range of bytes.")],
    )
    def read(self, request: Request, pk: UUID) -> HttpResponse:
        """Its content as it lies on the host: of a qcow2 file the file, not the disk within."""
        self.refuse_query(request)
        volume = downloads.find(pk, by=self.actor)
        reading = downloads.open_content(
            volume, _asked_range(request), by=self.actor, body=request.method == "GET"
        )
        headers = {
            "Accept-Ranges": "bytes",
            "Content-Length": str(reading.length),
            "Content-Disposition": downloads.disposition(volume),
        }
        if reading.part:
            last = reading.offset + reading.length - 1
            headers["Content-Range"] = f"bytes {reading.offset}-{last}/{reading.size}"
        status = 206 if reading.part else 200
        if reading.giver is None:
            return HttpResponse(status=status, headers=headers, content_type="application/octet-stream")
        return GivesContent(reading.giver, status=status, headers=headers)

    @extend_schema(
        operation_id="volumes_content_write",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={
            202: OpenApiResponse(JobSerializer, description="Taken; the job says how far it is, and its end.")
        },
        parameters=[_header("Content-Range", "`bytes FIRST-LAST/ALL`, of a part; the parts come in order.")],
    )
    def write(self, request: Request, pk: UUID) -> HttpResponse:
        """Fill it: whole, or by parts. What is sent is written from the first byte on, and looked at in the end."""
        self.refuse_query(request)
        length = self.number("Content-Length", required=False)
        if length is None:
            raise LengthRequired
        offset, size = _part(request, length)
        upload = services.under_way(pk, self.actor)
        if upload is None or upload.size_bytes != size or offset == 0 == upload.received_bytes:
            if offset:
                raise services.WrongOffset(
                    f"No upload of {size} bytes into this volume is under way: begin with its first byte.",
                    offset_bytes=0,
                )
            if upload is None:
                upload = services.open_into_volume(pk, wanted_of({}, size), by=self.actor)
                upload = services.find(upload.pk, self.actor)
        word = services.begin(upload, offset, length, by=self.actor)
        return TakesContent(Sending(upload, word, by=self.actor, shown=present_job))


class FetchViewSet(ViewSetMixin, Endpoint):
    """Content from an address."""

    kind = "pool"
    extra_parameters: ClassVar[tuple[str, ...]] = ("plan",)

    @extend_schema(
        operation_id="pools_fetch",
        request=FetchBodySerializer,
        responses={202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")},
        parameters=[PLAN],
    )
    def fetch(self, request: Request, pk: UUID) -> Response:
        """A new volume from an address. It is told apart from inner addresses before anything is asked of it."""
        body: dict[str, Any] = self.body(FetchBodySerializer)
        wanted = Wanted(0, body.get("format", ""), body.get("sha256", ""), body["library"])
        if wants_plan(request):
            return Response(fetching.plan(pk, body["name"], body["url"], wanted, by=self.actor))
        return accepted(fetching.fetch(pk, body["name"], body["url"], wanted, by=self.actor))


def _part(request: Request, length: int) -> tuple[int, int]:
    """Where the body begins, and how large all of it is. Raises Invalid."""
    given = request.META.get("HTTP_CONTENT_RANGE", "").strip()
    if not given:
        if not length:
            raise Invalid("There is nothing in the body.")
        return 0, length
    match = _PART.fullmatch(given)
    first, last, size = (int(number) for number in match.groups()) if match else (0, -1, 0)
    if not first <= last < size or last - first + 1 != length:
        problem = "This must be `bytes FIRST-LAST/ALL`, and the body as long as it says."
        raise Invalid(f"Content-Range: {problem}", errors={"Content-Range": [problem]})
    return first, size


def _asked_range(request: Request) -> tuple[int | None, int | None] | None:
    """First and last byte as asked for; None for all of it. What is no range of bytes is passed over, by RFC 9110."""
    match = _RANGE.fullmatch(request.META.get("HTTP_RANGE", "").strip())
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = (int(number) if number else None for number in match.groups())
    if first is not None and last is not None and last < first:
        return None
    return first, last
