"""Composition: settings, URLs, processes. Nobody imports it."""
