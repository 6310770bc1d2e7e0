"""`/me/volumes/`: the volumes that are one's own by themselves, and count against one's quota."""

from django.db.models import QuerySet

from storage import owners
from storage.api.pools_told import with_names_seen
from storage.api.volumes import VolumeViewSet
from storage.models import Volume


class OwnVolumesViewSet(VolumeViewSet):
    """What one made in pools, and what domains of one's own let go. Whoever has none gets an empty list."""

    def reading(self) -> None:
        return None

    def get_queryset(self) -> "QuerySet[Volume]":
        own = owners.ids_of(self.actor.id) if self.actor.id is not None else ()
        seen = Volume.objects.permitted(self.actor, "pool.read")
        return with_names_seen(seen.filter(pk__in=own), self.actor)
