"""What uvicorn serves: HTTP by Django, `/ws/events/` by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ovirtlite.settings")

import django

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  (after Django is set up)
from django.urls import path  # noqa: E402

from live.consumer import EventsConsumer  # noqa: E402
from ovirtlite.api.serving import OneHopHandler  # noqa: E402
from ovirtlite.blocks import keep_blocks  # noqa: E402

keep_blocks()

# Channels' routes hold ASGI applications where Django's stubs know views alone.
sockets = URLRouter([path("ws/events/", EventsConsumer.as_asgi())])  # type: ignore[arg-type, list-item]
application = ProtocolTypeRouter({"http": OneHopHandler(), "websocket": sockets})
