"""Every error as an RFC 9457 problem document, inside and outside of REST framework, and never a traceback."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    ValidationError,
)
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions as rest
from rest_framework.views import set_rollback

from access.errors import Refused
from hypervisor import errors as hypervisor

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

# What an error of a node means to who asked over HTTP; jobs carry the same codes without a number.
_STATUS_OF_NODE_ERRORS: Mapping[type[hypervisor.HypervisorError], int] = {
    hypervisor.InvalidURI: 400,
    hypervisor.InvalidXML: 400,
    hypervisor.NotFound: 404,
    hypervisor.OperationInvalid: 409,
    hypervisor.Busy: 409,
    hypervisor.NotSupported: 409,
    hypervisor.MigrationRefused: 409,
    hypervisor.NoCapacity: 409,
    hypervisor.Cancelled: 409,
    hypervisor.NodeUnreachable: 503,
    hypervisor.Timeout: 504,
}


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    title: str = "",
    errors: Mapping[str, list[str]] | None = None,
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The response for one problem. `members` are further members of the document."""
    body: dict[str, Any] = dict(members or {})
    body.update(
        type=f"urn:ovirtlite:problem:{code}",
        title=title or HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
    )
    if errors:
        body["errors"] = errors
    response = HttpResponse(
        orjson.dumps(body, default=str), status=status, content_type=CONTENT_TYPE, headers=dict(headers or {})
    )
    response["Cache-Control"] = "no-store"
    return response


def by_field(detail: Any, at: str = "") -> dict[str, list[str]]:
    """REST framework's nested complaints as `{"credentials.ssh_private_key": ["…"]}`."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for name, inner in detail.items():
            flat.update(by_field(inner, f"{at}.{name}" if at else str(name)))
        return flat
    if isinstance(detail, list) and any(isinstance(one, (Mapping, list)) for one in detail):
        return by_field({index: inner for index, inner in enumerate(detail) if inner}, at)
    texts = detail if isinstance(detail, list) else [detail]
    return {at or "non_field_errors": [str(text) for text in texts]}


def _invalid(detail: Any) -> HttpResponse:
    errors = by_field(detail)
    name, texts = next(iter(errors.items()), ("", ["The request is not valid."]))
    first = texts[0] if name in {"", "non_field_errors"} else f"{name}: {texts[0]}"
    return problem(400, "invalid", first, title="Invalid request", errors=errors)


def _of_rest(error: rest.APIException) -> HttpResponse:
    if isinstance(error, rest.ValidationError):
        return _invalid(error.detail)
    detail = error.detail if isinstance(error.detail, str) else next(iter(by_field(error.detail).values()))[0]
    code = str(getattr(detail, "code", None) or error.default_code)
    headers: dict[str, str] = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return problem(error.status_code, code, str(detail), headers=headers)


def of(error: BaseException) -> HttpResponse | None:
    """The problem document for what was raised, or None where the fault is ours."""
    match error:
        case Refused():
            wait = getattr(error, "retry_after_seconds", None)
            return problem(
                error.status,
                error.code,
                error.detail,
                title=error.title,
                errors=error.errors,
                members=error.members,
                headers={"Retry-After": str(wait)} if wait else None,
            )
        case hypervisor.HypervisorError():
            return problem(_STATUS_OF_NODE_ERRORS.get(type(error), 502), error.code, str(error))
        case rest.APIException():
            return _of_rest(error)
        case Http404():
            return problem(404, "not_found", "There is no such object.")
        case PermissionDenied():
            return problem(403, "not_permitted", "You may not do this.")
        case RequestDataTooBig():
            return body_too_large()
        case TooManyFieldsSent():
            most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
            return problem(400, "too_many_parameters", f"The address has more than {most} parameters.")
        case SuspiciousOperation():
            return problem(400, "invalid", "The request is not valid.")
        case ValidationError():
            return _invalid(error.message_dict if hasattr(error, "error_dict") else error.messages)
        case IntegrityError():
            log.warning("refused by a constraint of the database: %s", error)
            return problem(409, "conflict", "This contradicts what is stored already.")
        case DataError():
            return problem(400, "invalid", "A value is too large or not of its type.")
        case _:
            return None


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler. None lets Django log the error and answer with `server_error`."""
    response = of(error)
    if response is not None:
        set_rollback()
        if isinstance(error, rest.MethodNotAllowed):
            response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def body_too_large() -> HttpResponse:
    return problem(400, "body_too_large", "The body of the request is too large.", title="Body too large")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    return problem(404, "not_found", "There is nothing at this address.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    response = of(exception) if exception is not None else None
    return response or problem(400, "invalid", "The request is not valid.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403."""
    return problem(403, "not_permitted", "You may not do this.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500. The log holds what went wrong; the client learns only that it is our fault."""
    return problem(500, "internal_error", "This is a fault of ovirtlite; its log says more.")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    return problem(403, "csrf_failed", f"The request does not prove that it comes from our page: {reason}")
