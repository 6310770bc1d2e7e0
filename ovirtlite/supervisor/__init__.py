"""Runs every process of one installation: starts them together, restarts what dies, leaves nothing behind."""
