"""Backups of domains: taken, verified, restored as new domains, removed."""
