"""Routes of events."""

from rest_framework.routers import SimpleRouter

from live.api.views import EventViewSet

router = SimpleRouter(use_regex_path=False)
router.register("events", EventViewSet, basename="event")
# One event has no page of its own: nothing refers to it.
urlpatterns = [route for route in router.urls if getattr(route, "name", "") == "event-list"]
