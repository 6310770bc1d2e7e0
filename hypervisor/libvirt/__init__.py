"""Nodes over any URI of libvirt's. The one place that imports libvirt; no libvirtError leaves it."""

from hypervisor.libvirt.library import LIBRARY_VERSION
from hypervisor.libvirt.loop import start_events
from hypervisor.libvirt.offers import Offer, offered
from hypervisor.libvirt.opening import open_node

__all__ = ["LIBRARY_VERSION", "Offer", "offered", "open_node", "start_events"]
