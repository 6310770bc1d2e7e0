"""The OpenAPI document and the page to browse it."""

from functools import cache
from threading import Lock
from typing import Any

import orjson
from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request

_making = Lock()


@cache
def _document() -> bytes:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    document = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return orjson.dumps(document, default=str)


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as JSON. Made once: it takes seconds, never changes, and anybody may ask for it."""

    renderer_classes = [OpenApiJsonRenderer]

    @extend_schema(
        operation_id="schema", responses={(200, OpenApiJsonRenderer.media_type): OpenApiTypes.OBJECT}, auth=[]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        with _making:
            return HttpResponse(_document(), content_type=OpenApiJsonRenderer.media_type)


class DocsView(SpectacularSwaggerSplitView):
    """The document to browse, from files of our own: nothing is loaded from elsewhere."""
