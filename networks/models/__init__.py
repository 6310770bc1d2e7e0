"""The rows of networks: those of hosts and their filters as they are, those of clusters as they are wanted."""

from networks.models.cluster import ClusterNetwork
from networks.models.filter import NetworkFilter
from networks.models.network import Network

__all__ = ["ClusterNetwork", "Network", "NetworkFilter"]
