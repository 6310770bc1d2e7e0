"""What may be asked of accounts: each mutation checks, changes and records in one transaction."""
