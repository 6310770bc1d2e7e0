"""Which device a path of `hypervisor.xml.compare` speaks of."""

from collections.abc import Mapping

from hypervisor.xml.document import parse
from hypervisor.xml.identity import device_name
from hypervisor.xml.keys import keyed


def keys_by_path(xml: str) -> Mapping[str, str]:
    """`{"devices/disk[vda]": "disk:vda", "devices/rng": "rng:0", "devices/rng[0]": "rng:0"}`. Raises InvalidXML.

    A device without a name of its own stands under its number, and under its kind alone where it is the only one.
    """
    found: dict[str, str] = {}
    seen: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for key, element in keyed(parse(xml, "domain")):
        kind = str(element.tag)
        number = numbers.get(kind, 0)
        numbers[kind] = number + 1
        name = device_name(element)
        if name:
            path = f"devices/{kind}[{name}]"
            seen[path] = seen.get(path, 0) + 1
            if seen[path] > 1:
                path = f"devices/{kind}[{name}#{seen[path]}]"
            found[path] = key
        else:
            found[f"devices/{kind}[{number}]"] = key
            if number == 0:
                found[f"devices/{kind}"] = key
    return found


def device_path(path: str) -> str:
    """The device's own part of a longer path: `devices/disk[vda]/driver/@cache` → `devices/disk[vda]`; "" for none.

    A name may hold a slash, so the bracket is what ends it.
    """
    if not path.startswith("devices/"):
        return ""
    kind, bracket, rest = path.removeprefix("devices/").partition("[")
    if not bracket or "/" in kind:
        return "devices/" + kind.split("/")[0]
    return f"devices/{kind}[{rest.partition(']')[0]}]"
