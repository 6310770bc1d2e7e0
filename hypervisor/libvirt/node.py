"""A node over libvirt: all its parts on one connection."""

from hypervisor.libvirt.backups import BackingUp
from hypervisor.libvirt.blockcopy import CopyingBlocks
from hypervisor.libvirt.consoles import Showing
from hypervisor.libvirt.content import MovingContent
from hypervisor.libvirt.copying import Copying
from hypervisor.libvirt.description import Describing
from hypervisor.libvirt.editing import Editing
from hypervisor.libvirt.guest import ReachingGuests
from hypervisor.libvirt.interfaces import HavingInterfaces
from hypervisor.libvirt.inventory import Inventorying
from hypervisor.libvirt.lifecycle import Living
from hypervisor.libvirt.migration import Migrating
from hypervisor.libvirt.pools import ChangingPools
from hypervisor.libvirt.reverting import Reverting
from hypervisor.libvirt.secrets import KeepingSecrets
from hypervisor.libvirt.statistics import Measuring
from hypervisor.libvirt.volumes import KeepingVolumes
from hypervisor.libvirt.watching import Watching


class LibvirtNode(
    Describing,
    Inventorying,
    HavingInterfaces,
    Watching,
    Living,
    Measuring,
    Migrating,
    Editing,
    ChangingPools,
    KeepingVolumes,
    MovingContent,
    KeepingSecrets,
    Reverting,
    BackingUp,
    CopyingBlocks,
    ReachingGuests,
    Copying,
    Showing,
):
    """Fulfils `hypervisor.node.Node`. Made by `open_node` alone."""
