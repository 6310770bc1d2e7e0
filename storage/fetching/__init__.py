"""Volumes fetched from an address by a worker, which asks no address of an inner network."""
