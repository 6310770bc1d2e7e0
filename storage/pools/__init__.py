"""Pools: made, changed and removed; which of them are one storage; how full they were."""
