"""Changing a domain's definition as a whole: its XML by hand, and going back to an earlier version."""
