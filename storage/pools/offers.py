"""Which types of pools a host can keep, as its node said when it was last connected to. Asks no node."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from hypervisor.storage import AUTH_TYPES, NATURES, Part, PoolOffer, PoolType
from storage.models import PoolOffers


def record_offers(host_id: UUID, offers: Sequence[PoolOffer] | None) -> None:
    """What the node says; None where its driver says nothing. Only nodewatch calls this."""
    plain = None if offers is None else [asdict(offer) for offer in offers]
    PoolOffers.objects.update_or_create(host_id=host_id, defaults={"offers": plain})


def offers_of(host_id: UUID) -> tuple[PoolOffer, ...] | None:
    """None where nobody knows: then the node itself will say."""
    known = PoolOffers.objects.filter(pk=host_id).values_list("offers", flat=True).first()
    if known is None:
        return None
    return tuple(
        PoolOffer(
            type=PoolType(one["type"]),
            formats=tuple(one["formats"]),
            default_format=one["default_format"],
            volume_formats=tuple(one["volume_formats"]),
            default_volume_format=one["default_volume_format"],
        )
        for one in known
        if one["type"] in set(PoolType)
    )


def shown(host_id: UUID) -> dict[str, Any]:
    """All types with what each needs, for a person who is about to make one. `known`: the node has said."""
    offers = offers_of(host_id)
    by_type = {offer.type: offer for offer in offers or ()}
    return {
        "known": offers is not None,
        "types": [
            _type(type, by_type.get(type, PoolOffer(type)), offers is None or type in by_type)
            for type in PoolType
        ],
    }


def _type(type: PoolType, offer: PoolOffer, supported: bool) -> dict[str, Any]:
    nature = NATURES[type]
    fields = [part for part in Part if part in nature.needs | nature.may]
    return {
        "type": type,
        "supported": supported,
        "fields": [{"name": part, "required": part in nature.needs} for part in fields],
        "formats": list(offer.formats),
        "default_format": offer.default_format,
        "volume_formats": list(offer.volume_formats),
        "default_volume_format": offer.default_volume_format,
        "target": nature.target,
        "auth": AUTH_TYPES.get(type, ""),
        "builds": nature.builds,
        "overwrites": nature.overwrites,
        "removes": nature.removes,
        "discovers": nature.discovers,
        "makes_volumes": nature.makes,
        "many_hosts": nature.many_hosts,
        "many_devices": nature.many_devices,
    }
