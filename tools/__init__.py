"""What `make` runs: set-up, checks and tests. Nothing of the product imports it."""
