"""Routes below one domain: its snapshots, its inside, its last hour."""

from django.urls import path

from domains.api.backups import DomainBackupsViewSet
from domains.api.guest import GuestViewSet
from domains.api.load import DomainHistoryView
from domains.api.moving import MoveDiskViewSet
from domains.api.snapshots import SnapshotViewSet

_DOMAIN = "domains/<uuid:pk>/"
_SNAPSHOT = f"{_DOMAIN}snapshots/<str:name>/"

urlpatterns = [
    path(
        f"{_DOMAIN}backups/",
        DomainBackupsViewSet.as_view({"get": "list", "post": "create"}, detail=False),
        name="domain-backups",
    ),
    path(
        f"{_DOMAIN}disks/<str:target>/move/",
        MoveDiskViewSet.as_view({"post": "move_disk"}, detail=True),
        name="domain-disk-move",
    ),
    path(
        f"{_DOMAIN}snapshots/",
        SnapshotViewSet.as_view({"get": "list", "post": "create"}, detail=False),
        name="domain-snapshots",
    ),
    path(
        _SNAPSHOT,
        SnapshotViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}, detail=True
        ),
        name="domain-snapshot",
    ),
    path(
        f"{_SNAPSHOT}revert/",
        SnapshotViewSet.as_view({"post": "revert"}, detail=True),
        name="domain-snapshot-revert",
    ),
    path(f"{_DOMAIN}guest/", GuestViewSet.as_view({"get": "retrieve"}, detail=True), name="domain-guest"),
    *(
        path(
            f"{_DOMAIN}guest/{word}/",
            GuestViewSet.as_view({"post": word.replace("-", "_")}, detail=True),
            name=f"domain-guest-{word}",
        )
        for word in ("password", "freeze", "thaw", "set-time")
    ),
    path(
        f"{_DOMAIN}send-keys/",
        GuestViewSet.as_view({"post": "send_keys"}, detail=True),
        name="domain-send-keys",
    ),
    path(f"{_DOMAIN}type/", GuestViewSet.as_view({"post": "type"}, detail=True), name="domain-type"),
    path(
        f"{_DOMAIN}stats/history/",
        DomainHistoryView.as_view({"get": "retrieve"}, detail=True),
        name="domain-stats-history",
    ),
]
