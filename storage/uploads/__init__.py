"""Uploads: volumes filled by people, over as many requests as it takes (ADR 0022)."""
