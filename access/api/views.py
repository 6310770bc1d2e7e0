"""What every endpoint is: who asks, idempotent POSTs, refusals in the audit log; and the base of all resources."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from access import audit
from access.actor import Actor, actor_of
from access.api import idempotency, rates
from access.api.filters import names_for, refuse_unknown
from access.errors import NotPermitted, NotThere, Stale, TooMany
from access.models import KeptReply, User
from access.querysets import PermittedQuerySet
from access.unchanged import unchanged

S = TypeVar("S", bound="Serializer[Any]")
Row = dict[str, Any]

# REST framework's words for what services call otherwise.
_VERBS = {"destroy": "delete", "partial_update": "edit", "update": "edit"}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ETAG = re.compile(r'"(\d{1,18})"')


class Endpoint(APIView):
    """A view that knows its actor. `kind` is that of its objects, as the audit log names it."""

    kind: ClassVar[str] = ""
    # Query parameters of its own, beside those of lists; others are refused.
    extra_parameters: ClassVar[tuple[str, ...]] = ()
    # Whether a repeat with the same Idempotency-Key gets the first one's reply. Not where tries are counted: in the
    # transaction that this takes, two at once would not see one another.
    keeps_replies: ClassVar[bool] = True
    # Whether a session may come here whose person has something else to do first; see access.services.duties.
    comes_first: ClassVar[bool] = False
    _kept: KeptReply | None = None

    @property
    def actor(self) -> Actor:
        """Who asks. Rights are read once a request."""
        if not hasattr(self, "_actor"):
            self._actor = actor_of(self.request)
        return self._actor

    def body(self, shape: type[S]) -> dict[str, Any]:
        """The request's body, read by `shape`. Raises ValidationError by field."""
        reader = shape(data=self.request.data, partial=self.request.method == "PATCH")
        reader.is_valid(raise_exception=True)
        validated: dict[str, Any] = reader.validated_data
        return validated

    def expected_version(self) -> int | None:
        """The version that If-Match names; None without it or for `*`. Raises Stale for what no version ever is."""
        given = self.request.META.get("HTTP_IF_MATCH", "").strip()
        if given in {"", "*"}:
            return None
        match = _ETAG.fullmatch(given)
        if match is None:
            raise Stale("If-Match names no version of this object; send back its ETag.")
        return int(match[1])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or "HTTP_IDEMPOTENCY_KEY" not in request.META or not self.keeps_replies:
            return super().dispatch(request, *args, **kwargs)
        # Read before anybody looks for form fields in it (the CSRF check does): what is read so cannot be read again.
        _ = request.body
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)
            if self._kept is not None and isinstance(response, HttpResponse):
                idempotency.finish(self._kept, response)
        return response

    def perform_authentication(self, request: Request) -> None:
        """Who asks, and whether they ask too often: strangers too, with a wrong token or none. Raises TooMany."""
        try:
            super().perform_authentication(request)
        except APIException:
            rates.count(Actor(address=request.META.get("REMOTE_ADDR") or ""), changes=True)
            raise
        rates.count(self.actor, changes=request.method not in _SAFE)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if (
            request.method == "POST"
            and key is not None
            and self.keeps_replies
            and isinstance(request.user, User)
        ):
            self._kept = idempotency.begin(request.user, key, request)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, idempotency.AnsweredBefore):
            return exc.reply  # type: ignore[return-value]  # REST framework takes any HttpResponse here
        response = super().handle_exception(exc)
        if self.request.method not in _SAFE and 400 <= response.status_code < 500:
            self._record_refusal(exc, response.status_code)
        return response

    def _record_refusal(self, exc: Exception, status: int) -> None:
        """Who was refused what. Strangers are left out, and too many requests: they could fill the log at will."""
        user = getattr(self.request, "_user", None)
        if not isinstance(user, User) or isinstance(exc, TooMany):
            return
        code = getattr(exc, "code", None) or getattr(exc, "default_code", None) or type(exc).__name__
        verb = getattr(self, "action", None) or (self.request.method or "").lower()
        verb = _VERBS.get(verb, verb)
        at = self.kwargs.get("pk")
        audit.record(
            self.actor,
            f"{self.kind}.{verb}"[:64],
            self.kind,
            at if isinstance(at, UUID) else None,
            "",
            "refused",
            code=str(code),
            status=status,
            path=self.request.path[:500],
        )


class ObjectViewSet(GenericViewSet[Any], Endpoint):
    """A resource: lists and single objects that the actor may read, built from plain rows.

    A subclass names `kind`, `model`, the `columns` that are read (`list_columns` where a list reads fewer), and turns
    a row into a reply in `present`. `context` fetches what a whole page needs beside its rows, so that the number of
    queries does not grow with it. `serializer_class` (and `list_serializer_class`) are the shapes in the OpenAPI
    document and name what `fields=` may name. Changes go to services.
    """

    model: ClassVar[type[models.Model]]
    columns: ClassVar[tuple[str, ...]]
    list_columns: ClassVar[tuple[str, ...] | None] = None
    list_serializer_class: ClassVar[type[BaseSerializer[Any]] | None] = None
    filterset_class: ClassVar[Any] = None
    search_fields: ClassVar[tuple[str, ...]] = ()
    ordering_fields: ClassVar[Mapping[str, str]] = {}
    ordering: ClassVar[str] = ""
    read_permission: ClassVar[str] = ""  # else "<kind>.read"
    lookup_value_converter = "uuid"

    def reading(self) -> str | None:
        """The permission that reading needs. None where a resource has a rule of its own, in `get_queryset`."""
        return self.read_permission or f"{self.kind}.read"

    def get_queryset(self) -> models.QuerySet[Any]:
        """What the actor may read; for everybody else there is nothing."""
        permission = self.reading()
        if permission is None:
            raise TypeError(
                f"{type(self).__name__} names no permission and finds no rows by a rule of its own"
            )
        manager: Any = self.model._default_manager
        rows: PermittedQuerySet[Any] = manager.permitted(self.actor, permission)
        return rows

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if getattr(self, "action", None) == "list" and self.list_serializer_class is not None:
            return self.list_serializer_class
        return super().get_serializer_class()

    def context(self, rows: Sequence[Row]) -> Any:
        """What `present` needs for these rows, in a constant number of queries."""
        return None

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        """The reply for one row."""
        raise TypeError(f"{type(self).__name__} does not say how it presents a row")

    def present_all(self, rows: Sequence[Row]) -> Sequence[dict[str, Any]]:
        """The replies for rows, narrowed to `fields=`."""
        context = self.context(rows)
        shown = [self.present(row, context) for row in rows]
        wanted = self._wanted_fields()
        return (
            shown
            if wanted is None
            else [{name: one[name] for name in wanted if name in one} for one in shown]
        )

    def fetch(self, pk: UUID) -> dict[str, Any]:
        """One object's reply. Raises NotThere."""
        row = self.get_queryset().filter(pk=pk).values(*self.columns).first()
        if row is None:
            raise NotThere
        return self.present_all([row])[0]

    def shown(self, rows: models.QuerySet[Any, Any]) -> models.QuerySet[Any, Any]:
        """Those columns of rows that a list reads."""
        return rows.values(*(self.list_columns or self.columns))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        permission = self.reading()
        if permission is not None and not self.actor.may(permission):
            raise NotPermitted(f"This needs the permission {permission}.")
        self._wanted_fields()
        asked = ("list", type(self), request.build_absolute_uri(), self.actor.id, self.actor.token_id)
        return Response(unchanged(asked, self._rendered_list))

    def _rendered_list(self) -> bytes:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        response = self.get_paginated_response(self.present_all(page or []))
        rendered = self.request.accepted_renderer.render(response.data)
        return rendered.encode() if isinstance(rendered, str) else rendered

    def retrieve(self, request: Request, pk: UUID, *args: Any, **kwargs: Any) -> Response:
        refuse_unknown(request, names_for(self, of_list=False))
        row = self.get_queryset().filter(pk=pk).values(*self.columns).first()
        if row is None:
            raise NotThere
        return self._with_etag(Response(self.present_all([row])[0]), row)

    def reply(self, pk: UUID, *, status: int = 200) -> Response:
        """The object as it is now, after a change that one who may not read it could have made."""
        manager: Any = self.model._default_manager
        row = manager.filter(pk=pk).values(*self.columns).first()
        if row is None:
            raise NotThere
        response = self._with_etag(Response(self.present_all([row])[0], status=status), row)
        if status == 201:
            response["Location"] = f"{self.request.path}{pk}/"
        return response

    def _with_etag(self, response: Response, row: Row) -> Response:
        if "version" in row:
            response["ETag"] = f'"{row["version"]}"'
        return response

    def _wanted_fields(self) -> Sequence[str] | None:
        text = self.request.query_params.get("fields")
        if text is None or self.request.method not in _SAFE:
            return None
        known = getattr(self.get_serializer_class(), "_declared_fields", {})
        wanted = [name for name in (part.strip() for part in text.split(",")) if name]
        if unknown := [name for name in wanted if name not in known]:
            raise ValidationError({"fields": [f"There is no field {name}." for name in unknown]})
        return wanted
