"""What uvicorn serves: HTTP by Django, `/ws/events/` by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ovirtlite.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  (after Django is set up)
from django.urls import path  # noqa: E402

from live.consumer import EventsConsumer  # noqa: E402

application = ProtocolTypeRouter(
    {"http": http, "websocket": URLRouter([path("ws/events/", EventsConsumer.as_asgi())])}
)
