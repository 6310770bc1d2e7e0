"""Copies of domains: clones, whole or as a layer over their original, and who stands on which volume."""
