"""Domains: inventory, lifecycle, consoles, migration."""
