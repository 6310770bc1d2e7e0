"""Networks, those of clusters, and filters."""

from tests.unit.permissions.rules import Table

_N, _C, _F = "networks/<uuid:pk>/", "cluster-networks/<uuid:pk>/", "network-filters/<uuid:pk>/"

TABLE: Table = {
    ("get", "networks/"): "network.read",
    ("post", "networks/"): "network.create",
    ("get", "networks/options/"): "network.create",
    ("get", _N): "network.read",
    ("get", f"{_N}leases/"): "network.read",
    ("get", f"{_N}xml/"): "network.read",
    ("patch", _N): "network.edit",
    ("post", f"{_N}start/"): "network.start",
    ("post", f"{_N}stop/"): "network.stop",
    ("delete", _N): "network.delete",
    ("get", "cluster-networks/"): "network.read",
    ("post", "cluster-networks/"): "network.create",
    ("get", _C): "network.read",
    ("patch", _C): "network.edit",
    ("post", f"{_C}apply/"): "network.edit",
    ("delete", _C): "network.delete",
    ("get", "network-filters/"): "network.read",
    ("post", "network-filters/"): "filter.manage",
    ("get", _F): "network.read",
    ("put", _F): "filter.manage",
    ("delete", _F): "filter.manage",
}
