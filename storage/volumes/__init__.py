"""Volumes made, copied, changed and removed."""
