"""Pools, what is in them, how it gets there, and the library."""

from tests.unit.permissions.rules import EVERYBODY, Table

_P, _S, _V = "pools/<uuid:pk>/", "shared-pools/<uuid:pk>/", "volumes/<uuid:pk>/"
_U, _I = "uploads/<uuid:pk>/", "images/<uuid:pk>/"

TABLE: Table = {
    ("get", "pools/"): "pool.read",
    ("post", "pools/"): "pool.create",
    ("get", "pools/options/"): "pool.create",
    ("post", "pools/discover/"): "pool.create",
    ("get", _P): "pool.read",
    ("patch", _P): "pool.edit",
    ("delete", _P): "pool.delete",
    **{("post", f"{_P}{verb}/"): f"pool.{verb}" for verb in ("start", "stop", "refresh", "build")},
    ("get", f"{_P}trend/"): "pool.read",
    ("get", f"{_P}volumes/"): "pool.read",
    ("post", f"{_P}volumes/"): "volume.create",
    ("post", f"{_P}fetch/"): "volume.upload",
    ("get", "shared-pools/"): "pool.read",
    ("post", "shared-pools/"): "pool.edit",
    ("get", _S): "pool.read",
    ("delete", _S): "pool.edit",
    ("get", "volumes/"): "pool.read",
    ("post", "volumes/"): "volume.create",
    ("get", "me/volumes/"): EVERYBODY,
    ("get", _V): "pool.read",
    ("patch", _V): "volume.edit",
    ("delete", _V): "volume.delete",
    ("post", f"{_V}resize/"): "volume.edit",
    ("post", f"{_V}clone/"): "volume.create",
    ("post", f"{_V}convert/"): "volume.edit",
    ("post", f"{_V}wipe/"): "volume.wipe",
    ("post", f"{_V}sparsify/"): "volume.edit",
    ("get", f"{_V}content/"): "volume.download",
    ("put", f"{_V}content/"): "volume.upload",
    ("post", f"{_V}appliance/"): "volume.download",
    ("get", "storage-report/"): "pool.read",
    ("get", "uploads/"): "pool.read",
    ("post", "uploads/"): "volume.upload",
    ("get", _U): "pool.read",
    ("delete", _U): "pool.read",  # and one's own
    ("patch", f"{_U}content/"): "volume.upload",
    ("head", f"{_U}content/"): "volume.upload",
    ("get", "images/"): EVERYBODY,
    ("post", "images/"): "image.manage",
    ("get", _I): "pool.read",
    ("patch", _I): "image.manage",
    ("delete", _I): "image.manage",
    ("post", f"{_I}copy/"): "image.manage",
}
