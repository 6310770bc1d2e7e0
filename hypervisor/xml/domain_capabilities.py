"""The `<domainCapabilities>` of a node: what a domain of one type, architecture and machine may have there."""

from hypervisor.data import DomainCapabilities
from hypervisor.xml.document import Element, attr_at, number, parse, text


def read_domain_capabilities(xml: str) -> DomainCapabilities:
    """Raises InvalidXML."""
    root = parse(xml, "domainCapabilities")
    firmwares = _values(root, "os/enum[@name='firmware']")
    secure = _values(root, "os/loader/enum[@name='secure']")
    models = root.find("cpu/mode[@name='custom']")
    return DomainCapabilities(
        domain_type=text(root, "domain"),
        arch=text(root, "arch"),
        machine=text(root, "machine"),
        emulator=text(root, "path"),
        max_vcpus=number(attr_at(root, "vcpu", "max")),
        # A firmware that libvirt would choose by itself; BIOS is what x86 machines have without any.
        efi="efi" in firmwares,
        secure_boot="efi" in firmwares and "yes" in secure,
        loaders=tuple(text(value, ".") for value in root.iterfind("os/loader/value")),
        cpu_modes=tuple(
            mode.get("name", "") for mode in root.iterfind("cpu/mode") if mode.get("supported") == "yes"
        ),
        cpu_models=tuple(
            text(model, ".")
            for model in ([] if models is None else models.iterfind("model"))
            if model.get("usable") != "no"
        ),
        memory_sources=_values(root, "memoryBacking/enum[@name='sourceType']"),
        iothreads=attr_at(root, "iothreads", "supported") == "yes",
        devices={
            device.tag: {
                enum.get("name", ""): tuple(text(value, ".") for value in enum.iterfind("value"))
                for enum in device.iterfind("enum")
            }
            for device in root.iterfind("devices/*[@supported='yes']")
        },
        features=tuple(feature.tag for feature in root.iterfind("features/*[@supported='yes']")),
    )


def _values(root: Element, path: str) -> tuple[str, ...]:
    enum = root.find(path)
    return () if enum is None else tuple(text(value, ".") for value in enum.iterfind("value"))
