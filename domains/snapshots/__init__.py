"""Snapshots of a domain: what of it can be taken, asking for it, carrying it out, writing what the node keeps."""
