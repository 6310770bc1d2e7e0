"""Disk images: what they are by their own content, and tools that open them."""

from hypervisor.images.header import ImageHeader, Read
from hypervisor.images.inspection import inspect, refusal

__all__ = ["ImageHeader", "Read", "inspect", "refusal"]
