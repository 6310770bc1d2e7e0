"""Hosts and clusters: which nodes there are, how they are reached, and whether they answer."""
