"""Templates: made of domains, in versions, and what domains are made of."""
