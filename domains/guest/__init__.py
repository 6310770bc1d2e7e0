"""Inside a domain: what is known of it, and what its agent and its keyboard are asked for."""
