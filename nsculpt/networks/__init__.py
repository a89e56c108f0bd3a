"""What can be brought to the analysis: sparse layered networks from memory and from files."""

from nsculpt.networks.loading import load_network
from nsculpt.networks.network import Network

__all__ = ["Network", "load_network"]
