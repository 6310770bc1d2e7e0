"""/me/sessions/: where one is signed in."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import NothingSerializer
from access.api.sign_in_shapes import EndedSerializer, SessionSerializer
from access.api.views import Endpoint
from access.services import sessions


class SessionsView(Endpoint):
    """One's own sessions, the latest used first."""

    kind = "session"

    @extend_schema(operation_id="me_sessions", responses=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(sessions.list_own(self.actor))


class SessionView(Endpoint):
    """One of them."""

    kind = "session"

    @extend_schema(operation_id="me_sessions_end", responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """End it, and what hangs on it: notices, consoles, uploads."""
        sessions.end_own(pk, by=self.actor)
        return Response(status=204)


class EndOthersView(Endpoint):
    """All but the one that asks."""

    kind = "session"

    @extend_schema(
        operation_id="me_sessions_end_others", request=NothingSerializer, responses=EndedSerializer
    )
    def post(self, request: Request) -> Response:
        """End all other sessions of one's own."""
        self.body(NothingSerializer)
        return Response({"ended": sessions.end_others(by=self.actor)})
