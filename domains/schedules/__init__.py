"""Backups and snapshots again and again, on behalf of whoever wished it."""
