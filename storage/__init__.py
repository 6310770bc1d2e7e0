"""Pools and volumes of the hosts."""
