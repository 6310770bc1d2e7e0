"""Hosts and clusters; jobs and events, which are of every app."""

from tests.unit.permissions.rules import EVERYBODY, Table

_H, _C = "hosts/<uuid:pk>/", "clusters/<uuid:pk>/"

TABLE: Table = {
    ("get", "hosts/"): "host.read",
    ("post", "hosts/"): "host.enrol",
    ("get", "hosts/offers/"): "host.enrol",
    ("post", "hosts/probe/"): "host.enrol",
    **{
        ("get", f"{_H}{what}"): "host.read"
        for what in ("", "capabilities/", "interfaces/", "stats/", "stats/history/")
    },
    ("patch", _H): "host.edit",
    ("delete", _H): "host.delete",
    ("post", f"{_H}refresh/"): "host.refresh",
    ("post", f"{_H}confirm-host-key/"): "host.enrol",
    ("post", f"{_H}rotate-key/"): "host.edit",
    ("post", f"{_H}renew-certificate/"): "host.edit",
    ("get", "clusters/"): "cluster.read",
    ("post", "clusters/"): "cluster.edit",
    ("get", _C): "cluster.read",
    ("patch", _C): "cluster.edit",
    ("delete", _C): "cluster.edit",
    ("get", "jobs/"): EVERYBODY,
    ("get", "jobs/<uuid:pk>/"): "job.read",
    ("post", "jobs/<uuid:pk>/cancel/"): "job.cancel",
    ("get", "events/"): "event.read",
}
