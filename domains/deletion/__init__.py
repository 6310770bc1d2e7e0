"""Deleting domains: into the recycle bin, back out of it, and for good, with the disks that were chosen."""
