"""Disks that move into another pool, while their guest goes on or while it is off."""
