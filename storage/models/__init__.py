"""The rows of storage: pools and volumes as they are, uploads under way, the library."""

from storage.models.image import Image, ImageCopy
from storage.models.owner import VolumeOwner
from storage.models.pool import STATES, Pool, PoolOffers, PoolSample, SharedPool
from storage.models.upload import Upload
from storage.models.volume import Volume

__all__ = [
    "STATES",
    "Image",
    "ImageCopy",
    "Pool",
    "PoolOffers",
    "PoolSample",
    "SharedPool",
    "Upload",
    "Volume",
    "VolumeOwner",
]
