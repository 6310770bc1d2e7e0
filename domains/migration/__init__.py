"""Live migration: where the data goes, whether it can work, carrying it out, and what became of it."""
