"""Making domains: what was asked for, where, whether it can be, and carrying it out."""
